import {
  groupByResource,
  readBatches,
  settleJob,
  type JobBatch,
} from './jobOutcomes';
import type { JobReading, KnownJob } from './ModelPlatform';
import { PlatformError, type PlatformErrorCode } from './PlatformError';

const FOUND: JobReading = {
  kind: 'found',
  platformRunId: '7',
  state: 'running',
};

function job(runId: string, canonical = 'endpoint/a'): KnownJob {
  return {
    runId,
    operation: 'deploy',
    resource: { kind: 'endpoint', canonical },
    parameters: {},
    principal: 'ann@example.com',
    notBefore: new Date(0),
    claimed: new Set(),
  };
}

function failure(code: PlatformErrorCode): PlatformError {
  return new PlatformError('prod', code, `prod: ${code}`, { refused: false });
}

function failing(code: PlatformErrorCode, ...runIds: string[]): JobBatch {
  return {
    jobs: runIds.map(runId => job(runId)),
    read: async () => {
      throw failure(code);
    },
  };
}

function reading(...runIds: string[]): JobBatch & { asked: string[] } {
  const asked: string[] = [];
  const jobs = runIds.map(runId => job(runId));
  return {
    asked,
    jobs,
    read: async outcomes => {
      asked.push(...runIds);
      for (const { runId } of jobs) outcomes.set(runId, FOUND);
    },
  };
}

describe('readBatches', () => {
  it('reads on after a batch that cannot be read', async () => {
    expect(
      await readBatches([
        failing('platform-permission-denied', 'a', 'b'),
        reading('c'),
      ]),
    ).toEqual(
      new Map<string, unknown>([
        ['a', { kind: 'unreachable', why: 'prod: platform-permission-denied' }],
        ['b', { kind: 'unreachable', why: 'prod: platform-permission-denied' }],
        ['c', FOUND],
      ]),
    );
  });

  it.each<PlatformErrorCode>([
    'platform-unreachable',
    'platform-throttled',
    'platform-refused-credential',
  ])('asks no more after %s', async code => {
    const later = reading('c');
    const readings = await readBatches([
      reading('a'),
      failing(code, 'b'),
      later,
    ]);
    expect(later.asked).toEqual([]);
    expect([...readings.values()].map(({ kind }) => kind)).toEqual([
      'found',
      'unreachable',
      'unreachable',
    ]);
  });

  it('throws the first error if nothing could be read', async () => {
    await expect(
      readBatches([
        failing('platform-not-found', 'a'),
        failing('platform-permission-denied', 'b'),
      ]),
    ).rejects.toMatchObject({ code: 'platform-not-found' });
  });

  it('does not hide a mistake of ours', async () => {
    const mistake = new TypeError('ours');
    const batch = { jobs: [job('a')], read: () => Promise.reject(mistake) };
    await expect(readBatches([reading('b'), batch])).rejects.toBe(mistake);
  });
});

describe('settleJob', () => {
  it('keeps the failure of one job, and throws one that others would share', async () => {
    const outcomes = new Map();
    const denied = failure('platform-permission-denied');
    await settleJob(outcomes, job('a'), () => Promise.reject(denied));
    expect(outcomes).toEqual(new Map([['a', denied]]));
    const lost = failure('platform-unreachable');
    await expect(
      settleJob(outcomes, job('b'), () => Promise.reject(lost)),
    ).rejects.toBe(lost);
  });
});

it('groups jobs by their resource', () => {
  const [a, b, c] = [job('1'), job('2', 'endpoint/b'), job('3')];
  expect(groupByResource([a, b, c])).toEqual([[a, c], [b]]);
});
