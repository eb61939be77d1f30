import { toPlatformError } from './databricksErrors';

const purpose = { target: 'job/8123', needs: 'CAN_MANAGE_RUN on job/8123' };

function errorOf(status: number, body: unknown, more = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return toPlatformError(
    'prod',
    { status, headers: new Headers(), text },
    { ...purpose, ...more },
  );
}

function coded(code: string | number) {
  return { error_code: code, message: 'TEXT OF THE PLATFORM' };
}

describe('toPlatformError', () => {
  it.each<[number, unknown, string, boolean]>([
    [400, coded('INVALID_PARAMETER_VALUE'), 'platform-rejected-request', true],
    [400, coded('MALFORMED_REQUEST'), 'platform-rejected-request', true],
    [400, coded('INVALID_STATE'), 'platform-rejected-request', true],
    [401, coded(401), 'platform-refused-credential', true],
    [401, coded('UNAUTHENTICATED'), 'platform-refused-credential', true],
    [403, coded(403), 'platform-refused-credential', true],
    [403, coded('403'), 'platform-refused-credential', true],
    [403, coded('PERMISSION_DENIED'), 'platform-permission-denied', true],
    [
      403,
      { detail: 'scim', status: '403' },
      'platform-permission-denied',
      true,
    ],
    [404, coded('RESOURCE_DOES_NOT_EXIST'), 'platform-not-found', true],
    [404, coded('ENDPOINT_NOT_FOUND'), 'platform-response-invalid', true],
    [404, '<html>not here</html>', 'platform-response-invalid', false],
    [409, coded('RESOURCE_CONFLICT'), 'platform-conflict', true],
    [429, coded('REQUEST_LIMIT_EXCEEDED'), 'platform-throttled', true],
    [429, coded(429), 'platform-throttled', true],
    [429, '', 'platform-throttled', false],
    [400, 'CODE: text', 'platform-response-invalid', false],
    [403, '<html>Forbidden</html>', 'platform-response-invalid', false],
    [408, coded('DEADLINE_EXCEEDED'), 'platform-rejected-request', false],
    [499, coded('CANCELLED'), 'platform-rejected-request', false],
    [500, coded('INTERNAL_ERROR'), 'platform-failed', false],
    [503, coded('TEMPORARILY_UNAVAILABLE'), 'platform-failed', false],
    [504, '<html>Gateway Timeout</html>', 'platform-failed', false],
    [302, '', 'platform-response-invalid', false],
  ])('%s %j is %s, certain: %s', (status, body, code, refused) => {
    const error = errorOf(status, body);
    expect(error).toMatchObject({ code, refused, connection: 'prod' });
    expect(error.message).not.toContain('TEXT');
  });

  it('takes an invalid parameter for a missing resource where the id is all that was sent', () => {
    expect(
      errorOf(400, coded('INVALID_PARAMETER_VALUE'), { missingIsInvalid: true })
        .code,
    ).toBe('platform-not-found');
    expect(
      errorOf(400, coded('INVALID_STATE'), { missingIsInvalid: true }).code,
    ).toBe('platform-rejected-request');
  });

  it('says which right is missing, and on what', () => {
    expect(errorOf(403, coded('PERMISSION_DENIED')).message).toBe(
      'prod denied access to job/8123. Ask its owner on Databricks for CAN_MANAGE_RUN on job/8123.',
    );
  });
});
