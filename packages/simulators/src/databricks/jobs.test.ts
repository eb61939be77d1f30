import type { Simulators } from '../attachSimulators';
import { startSimulators } from '../startSimulators';
import { callerOf, type Caller } from '../testing/callers';

let simulators: Simulators;
let ada: Caller;
let grace: Caller;
let alan: Caller;
let katherine: Caller;
beforeAll(async () => {
  simulators = await startSimulators({ manualRuns: true });
});
beforeEach(async () => {
  await simulators.databricks.reset();
  [ada, grace, alan, katherine] = await Promise.all(
    (['ada', 'grace', 'alan', 'katherine'] as const).map(person =>
      callerOf(simulators, person),
    ),
  );
});
afterAll(() => simulators.close());

async function namesOnAllPages(
  caller: Caller,
  path: string,
  field: string,
): Promise<string[]> {
  const names: string[] = [];
  let token: string | undefined;
  do {
    const { status, body } = await caller.get(
      `${path}${token ? `&page_token=${token}` : ''}`,
    );
    expect(status).toBe(200);
    names.push(
      ...(body[field] ?? []).map(
        (item: any) => item.settings?.name ?? String(item.run_id),
      ),
    );
    expect(body.has_more).toBe(body.next_page_token !== undefined);
    token = body.next_page_token;
  } while (token);
  return names;
}

describe('jobs/list', () => {
  it('gives all jobs over its pages, each once', async () => {
    const names = await namesOnAllPages(
      ada,
      '/api/2.2/jobs/list?limit=7',
      'jobs',
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(32);
  });

  it('shows what the principal may view', async () => {
    const seenByGrace = await namesOnAllPages(
      grace,
      '/api/2.2/jobs/list?limit=100',
      'jobs',
    );
    expect(seenByGrace).toContain('growth-uplift-training');
    expect(seenByGrace).not.toContain('fraud-detector-training');
    expect(
      await namesOnAllPages(katherine, '/api/2.2/jobs/list?limit=100', 'jobs'),
    ).toEqual(['fraud-detector-training']);
    expect(
      await namesOnAllPages(alan, '/api/2.2/jobs/list?limit=100', 'jobs'),
    ).toHaveLength(33);
  });

  it('finds by exact name, whatever the case, and leaves the list out when nothing is found', async () => {
    const found = await ada.get(
      '/api/2.2/jobs/list?name=Fraud-Detector-Training',
    );
    expect(found.body.jobs.map((job: any) => job.job_id)).toEqual([8123]);
    const { body } = await ada.get('/api/2.2/jobs/list?name=fraud');
    expect(body).toEqual({ has_more: false });
  });

  it.each(['page_token=made-up', 'limit=101', 'limit=-1', 'limit=many'])(
    'refuses %s',
    async query => {
      expect(await ada.get(`/api/2.2/jobs/list?${query}`)).toMatchObject({
        status: 400,
        body: { error_code: 'INVALID_PARAMETER_VALUE' },
      });
    },
  );

  it("refuses a page token of another person's list", async () => {
    const { body } = await alan.get('/api/2.2/jobs/list?limit=5');
    expect(
      await ada.get(
        `/api/2.2/jobs/list?limit=5&page_token=${body.next_page_token}`,
      ),
    ).toMatchObject({ status: 400 });
  });
});

describe('jobs/get', () => {
  it('tells the form and whose rights the code uses', async () => {
    const { body } = await ada.get('/api/2.2/jobs/get?job_id=8123');
    expect(body).toMatchObject({
      job_id: 8123,
      run_as_user_name: '33333333-3333-4333-8333-333333333333',
      settings: {
        name: 'fraud-detector-training',
        max_concurrent_runs: 4,
        queue: { enabled: true },
        run_as: {
          service_principal_name: '33333333-3333-4333-8333-333333333333',
        },
        parameters: [
          { name: 'epochs', default: '5' },
          { name: 'learning_rate', default: '0.05' },
          { name: 'class_weight', default: 'balanced' },
          { name: 'modelops_run_id', default: '' },
        ],
      },
    });
  });

  it('keeps all digits of an id above 2^53', async () => {
    const { text } = await ada.get(
      '/api/2.2/jobs/get?job_id=708062954842468123',
    );
    expect(text).toContain('"job_id":708062954842468123,');
  });

  it('says who may not view, and checks that before it looks whether the job is there', async () => {
    const refusal = (id: string) =>
      `User grace@acme.example does not have View or Admin or Manage Run or Owner permissions on job ${id}`;
    for (const id of ['8123', '404404']) {
      expect(await grace.get(`/api/2.2/jobs/get?job_id=${id}`)).toMatchObject({
        status: 403,
        body: { error_code: 'PERMISSION_DENIED', message: refusal(id) },
      });
    }
  });

  it('calls a missing job an invalid parameter: to an admin, or to everybody when told so', async () => {
    const missing = {
      status: 400,
      body: {
        error_code: 'INVALID_PARAMETER_VALUE',
        message: 'Job 404404 does not exist.',
      },
    };
    expect(await alan.get('/api/2.2/jobs/get?job_id=404404')).toMatchObject(
      missing,
    );
    await simulators.databricks.setBehaviour({ missingJobs: 'not-found' });
    expect(await grace.get('/api/2.2/jobs/get?job_id=404404')).toMatchObject(
      missing,
    );
    expect(await grace.get('/api/2.2/jobs/get?job_id=8123')).toMatchObject({
      status: 403,
    });
  });
});

describe('run-now', () => {
  const runNow = (caller: Caller, body: unknown) =>
    caller.send('POST', '/api/2.2/jobs/run-now', body);

  it('starts a run as the caller and answers with ids only', async () => {
    const { status, body } = await runNow(ada, {
      job_id: 8123,
      job_parameters: { epochs: '3' },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      run_id: expect.any(Number),
      number_in_job: body.run_id,
    });
    expect(await simulators.databricks.runs()).toMatchObject([
      {
        runId: String(body.run_id),
        creator: 'ada@acme.example',
        parameters: {
          epochs: '3',
          learning_rate: '0.05',
          class_weight: 'balanced',
          modelops_run_id: '',
        },
      },
    ]);
  });

  it('gives the same run for the same token, in turn and at once', async () => {
    const body = { job_id: 8123, idempotency_token: 'a'.repeat(64) };
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => runNow(ada, body)),
    );
    answers.push(await runNow(ada, body));
    expect(new Set(answers.map(answer => answer.body.run_id)).size).toBe(1);
    expect(await simulators.databricks.runs()).toHaveLength(1);
  });

  it('starts another run each time when idempotency is off', async () => {
    await simulators.databricks.setIdempotency(false);
    for (let time = 0; time < 2; time += 1)
      await runNow(ada, { job_id: 8123, idempotency_token: 'same' });
    expect(
      await simulators.databricks.runs({ idempotencyToken: 'same' }),
    ).toHaveLength(2);
  });

  it('counts the token in characters and refuses more than 64', async () => {
    expect(
      await runNow(ada, { job_id: 8123, idempotency_token: 'é'.repeat(64) }),
    ).toMatchObject({ status: 200 });
    expect(
      await runNow(ada, { job_id: 8123, idempotency_token: 'a'.repeat(65) }),
    ).toMatchObject({
      status: 400,
      body: { error_code: 'INVALID_PARAMETER_VALUE' },
    });
  });

  it('refuses the token of a run that was deleted', async () => {
    const { body } = await runNow(ada, {
      job_id: 8123,
      idempotency_token: 'gone',
    });
    await simulators.databricks.forgetRun(String(body.run_id));
    expect(
      await runNow(ada, { job_id: 8123, idempotency_token: 'gone' }),
    ).toMatchObject({ status: 400 });
    expect(await simulators.databricks.runs()).toHaveLength(0);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'a parameter the job does not have',
      { job_parameters: { batch: '1' } },
      'INVALID_PARAMETER_VALUE',
    ],
    [
      'a parameter that is no text',
      { job_parameters: { epochs: 3 } },
      'MALFORMED_REQUEST',
    ],
    ['an id that is none', { job_id: 'abc' }, 'INVALID_PARAMETER_VALUE'],
  ])('refuses %s and starts nothing', async (_what, fields, code) => {
    const answer = await runNow(ada, { job_id: 8123, ...fields });
    expect(answer).toMatchObject({ status: 400, body: { error_code: code } });
    expect(await simulators.databricks.runs()).toHaveLength(0);
  });

  it('refuses who may view but not run, and starts nothing', async () => {
    expect(await runNow(katherine, { job_id: 8123 })).toMatchObject({
      status: 403,
      body: {
        error_code: 'PERMISSION_DENIED',
        message:
          'User katherine@acme.example does not have Manage Run or Admin or Owner permissions on job 8123',
      },
    });
    expect(await runNow(grace, { job_id: 8123 })).toMatchObject({
      status: 403,
    });
    expect(await simulators.databricks.runs()).toHaveLength(0);
  });

  it('keeps all digits of a run id above 2^53', async () => {
    const { body } = await runNow(ada, { job_id: 708062954842468123n });
    expect(typeof body.run_id).toBe('bigint');
    const { text } = await ada.get(
      `/api/2.2/jobs/runs/get?run_id=${body.run_id}`,
    );
    expect(text).toContain(`"run_id":${body.run_id},`);
  });

  it("gives a stranger's run when the stranger used the token first", async () => {
    await simulators.databricks.plantStrangersRun({
      parameters: { epochs: '50' },
    });
    const { body } = await runNow(ada, {
      job_id: 8123,
      idempotency_token: 'mine',
      job_parameters: { epochs: '3' },
    });
    const { body: run } = await ada.get(
      `/api/2.2/jobs/runs/get?run_id=${body.run_id}`,
    );
    expect(run.creator_user_name).toBe('mallory@acme.example');
    expect(run.job_parameters).toContainEqual({
      name: 'epochs',
      default: '5',
      value: '50',
    });
    expect(await simulators.databricks.runs()).toHaveLength(1);
    // Once only.
    await runNow(ada, { job_id: 8123, idempotency_token: 'other' });
    expect(
      await simulators.databricks.runs({ creator: 'ada@acme.example' }),
    ).toHaveLength(1);
  });

  it("shows a stranger's run that carries our run id", async () => {
    const planted = await simulators.databricks.startStrangersRun({
      parameters: { modelops_run_id: 'r-1' },
    });
    const { body } = await ada.get('/api/2.2/jobs/runs/list?job_id=8123');
    expect(body.runs.map((run: any) => String(run.run_id))).toEqual([
      planted.runId,
    ]);
  });
});

describe('job permissions', () => {
  const PATH = '/api/2.0/permissions/jobs/8123';

  it('are read by who may manage the job, and by nobody else', async () => {
    const { body } = await alan.get(PATH);
    expect(body).toMatchObject({ object_id: '/jobs/8123', object_type: 'job' });
    expect(body.access_control_list).toContainEqual({
      user_name: 'ada@acme.example',
      display_name: 'ada@acme.example',
      all_permissions: [
        { permission_level: 'CAN_MANAGE_RUN', inherited: false },
      ],
    });
    expect(await ada.get(PATH)).toMatchObject({
      status: 403,
      body: {
        message: expect.stringContaining(
          'does not have Manage permissions on Job with ID: ElasticJobId(8123)',
        ),
      },
    });
  });

  it('take effect at once when changed, and leave the others alone', async () => {
    const change = {
      access_control_list: [
        { user_name: 'grace@acme.example', permission_level: 'CAN_VIEW' },
      ],
    };
    expect(await alan.send('PATCH', PATH, change)).toMatchObject({
      status: 200,
    });
    expect(await grace.get('/api/2.2/jobs/get?job_id=8123')).toMatchObject({
      status: 200,
    });
    expect(await ada.get('/api/2.2/jobs/get?job_id=8123')).toMatchObject({
      status: 200,
    });
  });

  it('are replaced whole by PUT, which needs exactly one owner', async () => {
    const entries = [
      { user_name: 'grace@acme.example', permission_level: 'CAN_VIEW' },
    ];
    expect(
      await alan.send('PUT', PATH, { access_control_list: entries }),
    ).toMatchObject({
      status: 400,
      body: { message: 'The job must have exactly one owner.' },
    });
    const owner = {
      user_name: 'alan@acme.example',
      permission_level: 'IS_OWNER',
    };
    expect(
      await alan.send('PUT', PATH, {
        access_control_list: [owner, ...entries],
      }),
    ).toMatchObject({ status: 200 });
    expect(await ada.get('/api/2.2/jobs/get?job_id=8123')).toMatchObject({
      status: 403,
    });
  });

  it('can be given at the levels the API lists', async () => {
    const { body } = await alan.get(`${PATH}/permissionLevels`);
    expect(
      body.permission_levels.map((entry: any) => entry.permission_level),
    ).toContain('CAN_MANAGE_RUN');
  });
});
