import type { Simulators } from '../../attachSimulators';
import { startSimulators } from '../../startSimulators';
import { googleCallerOf, type GoogleCaller } from '../../testing/googleCallers';

let simulators: Simulators;
let ada: GoogleCaller;
let jobId: string;
beforeAll(async () => {
  simulators = await startSimulators({ manualRuns: true });
  ada = await googleCallerOf(simulators, 'ada');
  const { google } = simulators;
  const job = await google.plantJob({ args: ['--epochs', '3'] });
  await google.plantJob();
  await google.plantJob({ kind: 'pipelineJobs', id: 'p-1' });
  await google.advanceJob(job.name, { to: 'SUCCEEDED' });
  jobId = job.id;
});
afterAll(() => simulators.close());

const list = (body: Record<string, unknown>, caller = ada) =>
  caller.send('POST', '/v2/entries:list', {
    resourceNames: ['projects/ml-demo'],
    ...body,
  });

async function all(body: Record<string, unknown>): Promise<any[]> {
  const entries: any[] = [];
  let pageToken: string | undefined;
  do {
    const page = (await list({ ...body, ...(pageToken && { pageToken }) }))
      .body;
    entries.push(...(page.entries ?? []));
    pageToken = page.nextPageToken;
  } while (pageToken);
  return entries;
}

const ofJob = () =>
  `resource.type="ml_job" AND resource.labels.job_id="${jobId}" AND timestamp>="2020-01-01T00:00:00Z"`;

describe('the log of a job', () => {
  it('begins with an empty page that is not the last', async () => {
    const { body } = await list({ filter: ofJob() });
    expect(Object.keys(body)).toEqual(['nextPageToken']);
  });

  it('holds the epochs as they were measured, oldest first', async () => {
    const entries = await all({ filter: ofJob(), orderBy: 'timestamp asc' });
    const epochs = entries.filter(entry => entry.jsonPayload);
    expect(epochs.map(entry => entry.jsonPayload.epoch)).toEqual([1, 2, 3]);
    expect(epochs[2].jsonPayload).toMatchObject({
      message: expect.stringMatching(/^epoch 3: loss [\d.]+, accuracy [\d.]+$/),
      loss: expect.any(Number),
    });
    expect(entries[0]).toMatchObject({
      textPayload: 'Job is queued.',
      resource: {
        type: 'ml_job',
        labels: { job_id: jobId, task_name: 'workerpool0-0' },
      },
    });
    const times = entries.map(entry => entry.timestamp);
    expect(times).toEqual([...times].sort());
    expect(new Set(entries.map(entry => entry.insertId)).size).toBe(
      entries.length,
    );
  });

  it('comes in pages and in the other order', async () => {
    const forward = await all({ filter: ofJob(), pageSize: 2 });
    const back = await all({ filter: ofJob(), orderBy: 'timestamp desc' });
    expect(forward.map(entry => entry.insertId).sort()).toEqual(
      back.map(entry => entry.insertId).sort(),
    );
    expect(back[0].timestamp >= back[back.length - 1].timestamp).toBe(true);
  });

  it('is found by severity and time, and that of a pipeline job by its own resource', async () => {
    expect(await all({ filter: `${ofJob()} AND severity>=ERROR` })).toEqual([]);
    expect(
      await all({ filter: `${ofJob()}\ntimestamp>"2999-01-01T00:00:00Z"` }),
    ).toEqual([]);
    const pipeline = await all({
      filter:
        'resource.type="aiplatform.googleapis.com/PipelineJob" AND resource.labels.pipeline_job_id="p-1"',
    });
    expect(pipeline.map(entry => entry.textPayload)).toEqual([
      'Job is queued.',
    ]);
  });

  it('is for those who may read logs, of this project', async () => {
    const grace = await googleCallerOf(simulators, 'grace');
    for (const refusal of [
      await list({ filter: ofJob() }, grace),
      await list({ resourceNames: ['projects/other'] }),
    ])
      expect(refusal).toMatchObject({
        status: 403,
        body: {
          error: {
            details: [{ metadata: { permission: 'logging.logEntries.list' } }],
          },
        },
      });
  });

  it.each([
    [{ pageSize: 1001 }],
    [{ pageSize: 0 }],
    [{ resourceNames: [] }],
    [{ resourceNames: ['ml-demo'] }],
    [{ orderBy: 'timestamp' }],
    [{ filter: 'resource.type = = "ml_job"' }],
    [{ filter: 'job_id="1"' }],
    [{ filter: 'timestamp>="soon"' }],
    [{ filter: 'resource.type>="ml_job"' }],
    [{ pageToken: 'abc' }],
    [{ query: 'x' }],
  ])('refuses %j', async body => {
    expect((await list(body)).status).toBe(400);
  });

  it('takes a page token only with the same question', async () => {
    const { nextPageToken } = (await list({ filter: ofJob() })).body;
    const other = await list({ filter: '', pageToken: nextPageToken });
    expect(other.status).toBe(400);
  });
});
