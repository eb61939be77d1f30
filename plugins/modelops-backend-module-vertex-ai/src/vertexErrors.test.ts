import { toPlatformError, type Purpose } from './vertexErrors';

const CONNECTION = { id: 'vertex-eu', project: 'ml-prod' };
const PURPOSE: Purpose = {
  target: 'training-template/weekly',
  needs: 'aiplatform.customJobs.create',
  actAs: 'trainer@ml-prod.iam.gserviceaccount.com',
  asksFor: '1 × n1-standard-8 with 1 × NVIDIA_TESLA_T4',
};

function errorOf(
  status: number,
  body: unknown,
  headers = {},
  purpose: Purpose = PURPOSE,
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return toPlatformError(
    CONNECTION,
    { status, headers: new Headers(headers), text },
    purpose,
  );
}

/** An error in Google's form. */
function said(
  status: string,
  message = '',
  info?: { reason?: string; metadata?: Record<string, unknown> },
) {
  return {
    error: {
      status,
      message,
      ...(info && {
        details: [
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', ...info },
        ],
      }),
    },
  };
}

describe('an error of Vertex AI', () => {
  it.each<[number, unknown, string, boolean]>([
    [400, said('INVALID_ARGUMENT'), 'platform-rejected-request', true],
    [400, said('FAILED_PRECONDITION'), 'platform-rejected-request', true],
    [401, said('UNAUTHENTICATED'), 'platform-refused-credential', true],
    [403, said('PERMISSION_DENIED'), 'platform-permission-denied', true],
    [404, said('NOT_FOUND'), 'platform-not-found', true],
    [409, said('ALREADY_EXISTS'), 'platform-conflict', true],
    [409, said('ABORTED'), 'platform-conflict', true],
    [499, said('CANCELLED'), 'platform-rejected-request', false],
    [500, said('INTERNAL'), 'platform-failed', false],
    [503, said('UNAVAILABLE'), 'platform-failed', false],
    [504, said('DEADLINE_EXCEEDED'), 'platform-failed', false],
    [404, '<html>not here</html>', 'platform-response-invalid', false],
    [403, { message: 'no' }, 'platform-response-invalid', false],
    [429, 'slow down', 'platform-throttled', false],
    [502, '', 'platform-failed', false],
    [404, [said('NOT_FOUND')], 'platform-not-found', true],
  ])('%s %j is %s', (status, body, code, refused) => {
    expect(errorOf(status, body)).toMatchObject({ code, refused });
  });

  it('tells a quota that is used up from a rate of requests', () => {
    const metric =
      'aiplatform.googleapis.com/custom_model_training_nvidia_t4_gpus';
    const words = `The following quota metrics exceed quota limits: ${metric}`;
    const quota = errorOf(429, said('RESOURCE_EXHAUSTED', words));
    expect(quota.code).toBe('platform-quota-exceeded');
    expect(quota.message).toContain(metric);
    expect(quota.message).toContain(PURPOSE.asksFor);
    const inOtherWords = errorOf(
      429,
      said('RESOURCE_EXHAUSTED', 'Not enough resources.'),
    );
    expect(inOtherWords).toMatchObject({
      code: 'platform-quota-exceeded',
      refused: true,
    });
    expect(inOtherWords.message).toContain(PURPOSE.asksFor);
    const noMachines = { ...PURPOSE, asksFor: undefined };
    expect(
      errorOf(429, said('RESOURCE_EXHAUSTED'), {}, noMachines),
    ).toMatchObject({ code: 'platform-throttled', refused: true });
    const rate = errorOf(
      429,
      said('RESOURCE_EXHAUSTED', words, { reason: 'RATE_LIMIT_EXCEEDED' }),
      { 'retry-after': '7' },
    );
    expect(rate).toMatchObject({
      code: 'platform-throttled',
      retryAfterSeconds: 7,
    });
  });

  it.each<[string, ReturnType<typeof said>, string[]]>([
    [
      'a permission, by its detail',
      said('PERMISSION_DENIED', '', {
        metadata: { permission: 'aiplatform.customJobs.create' },
      }),
      ['aiplatform.customJobs.create', 'roles/aiplatform.user', 'ml-prod'],
    ],
    [
      'a permission, by its message',
      said(
        'PERMISSION_DENIED',
        "Permission 'aiplatform.models.get' denied on resource '//aiplatform.googleapis.com/x' (or it may not exist).",
      ),
      ['aiplatform.models.get', 'roles/aiplatform.viewer'],
    ],
    [
      'the permission that the request needs, if nothing is said',
      said('PERMISSION_DENIED'),
      ['aiplatform.customJobs.create'],
    ],
    [
      'the account that the job runs as',
      said(
        'PERMISSION_DENIED',
        'You do not have permission to act as service_account: x. (or it may not exist).',
      ),
      [
        'iam.serviceAccounts.actAs',
        'trainer@ml-prod.iam.gserviceaccount.com',
        'roles/iam.serviceAccountUser',
      ],
    ],
    [
      'the project that calls are counted on',
      said('PERMISSION_DENIED', '', { reason: 'USER_PROJECT_DENIED' }),
      [
        'serviceusage.services.use',
        'userProject',
        'roles/serviceusage.serviceUsageConsumer',
      ],
    ],
    [
      'an API that is off',
      said('PERMISSION_DENIED', '', { reason: 'SERVICE_DISABLED' }),
      ['enable aiplatform.googleapis.com'],
    ],
    [
      'scopes',
      said('PERMISSION_DENIED', '', {
        reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
      }),
      ["'scopes' of the connection"],
    ],
  ])('names %s', (_what, body, words) => {
    const { message } = errorOf(403, body);
    for (const word of words) expect(message).toContain(word);
  });

  it('passes nothing on that is not what it should be', () => {
    const hostile = '<script>alert(1)</script>';
    const error = errorOf(
      403,
      said(hostile, `Permission 'aiplatform.${hostile}' denied`, {
        reason: hostile,
        metadata: {
          permission: `aiplatform.a.b ${hostile}`,
          resource: hostile,
        },
      }),
    );
    expect(error.message).not.toContain('script');
    expect(error.message).toContain('aiplatform.customJobs.create');
  });
});
