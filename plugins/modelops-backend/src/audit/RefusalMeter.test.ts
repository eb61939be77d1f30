import { RefusalMeter } from './RefusalMeter';

describe('RefusalMeter', () => {
  function meterAt(start: number) {
    const time = { now: start };
    const recorded: [string, number][] = [];
    const meter = new RefusalMeter({
      clock: () => new Date(time.now),
      recordSuppressed: async (actor, count) => {
        recorded.push([actor, count]);
      },
    });
    return { time, recorded, meter };
  }

  it('admits 30 a minute of one person, then counts, and records the count when the minute is over', async () => {
    const { time, recorded, meter } = meterAt(0);
    const admitted = [];
    for (let refusal = 0; refusal < 45; refusal += 1)
      admitted.push(await meter.admit('user:default/eve'));
    expect(admitted.filter(Boolean)).toHaveLength(30);
    expect(await meter.admit('user:default/ada')).toBe(true);
    expect(recorded).toEqual([]);
    time.now = 60_000;
    expect(await meter.admit('user:default/eve')).toBe(true);
    expect(recorded).toEqual([['user:default/eve', 15]]);
  });

  it('records at shutdown what it still holds, once', async () => {
    const { recorded, meter } = meterAt(0);
    for (let refusal = 0; refusal < 31; refusal += 1)
      await meter.admit('user:default/eve');
    await Promise.all([meter.flush(), meter.flush()]);
    expect(recorded).toEqual([['user:default/eve', 1]]);
  });
});
