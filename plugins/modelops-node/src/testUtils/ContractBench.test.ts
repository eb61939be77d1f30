import { ContractBench } from './ContractBench';
import type { PlatformUnderTest } from './PlatformUnderTest';

const underTest = {
  plantJobs: async () => [],
  moveJob: async () => {},
  settleJob: async () => {},
  repeatPages: async () => {},
  missingResource: { kind: 'job', canonical: 'job/0' },
  invalidParameters: {},
  nobodyListens: { id: 'x', platform: 'x', settings: {} },
  close: async () => {},
} as unknown as PlatformUnderTest;

describe('ContractBench', () => {
  it('opens a platform that says what it has nothing like', async () => {
    const bench = new ContractBench(new Map([['forgetJob', 'it keeps all']]));
    await bench.open(underTest);
    expect(bench.underTest).toBe(underTest);
    await bench.close();
  });

  it.each([
    ['that is missing without a word', new Map(), "'forgetJob' is missing"],
    [
      'that is there although it is said not to be',
      new Map([
        ['forgetJob', 'it keeps all'],
        ['moveJob', 'it has no states'],
      ]),
      "'moveJob' is there",
    ],
  ])('does not open one with a verb %s', async (_what, lacks, message) => {
    await expect(new ContractBench(lacks).open(underTest)).rejects.toThrow(
      message,
    );
  });
});
