import { RefusalMeter, type Suppressed } from './RefusalMeter';

describe('RefusalMeter', () => {
  function meterAt(start: number) {
    const time = { now: start };
    const recorded: Suppressed[] = [];
    const ledger = { works: true };
    const meter = new RefusalMeter({
      clock: () => new Date(time.now),
      recordSuppressed: async suppressed => {
        if (!ledger.works) throw new Error('no database');
        recorded.push(suppressed);
      },
    });
    const admit = (times: number, outcome: 'refused' | 'failed' = 'refused') =>
      Array.from({ length: times }, () =>
        meter.admit('user:default/eve', outcome),
      ).filter(Boolean).length;
    return { time, recorded, ledger, meter, admit };
  }
  const suppressed = (count: number, outcome = 'refused') => ({
    actor: 'user:default/eve',
    outcome,
    count,
  });

  it('admits 30 a minute of one person, then counts, and records the count when the minute is over', async () => {
    const { time, recorded, meter, admit } = meterAt(0);
    expect(admit(45)).toBe(30);
    expect(meter.admit('user:default/ada', 'refused')).toBe(true);
    await meter.flush(time.now);
    expect(recorded).toEqual([]);
    await meter.flush(60_000);
    expect(recorded).toEqual([suppressed(15)]);
    time.now = 60_000;
    expect(admit(1)).toBe(1);
  });

  it('does not let failures hide refusals', () => {
    const { admit } = meterAt(0);
    expect(admit(40, 'failed')).toBe(30);
    expect(admit(40)).toBe(30);
  });

  it('records at shutdown what it still holds, once', async () => {
    const { recorded, meter, admit } = meterAt(0);
    admit(31);
    await Promise.all([meter.flush(), meter.flush()]);
    expect(recorded).toEqual([suppressed(1)]);
  });

  it('loses no count while the ledger cannot be written', async () => {
    const { time, recorded, ledger, meter, admit } = meterAt(0);
    admit(31);
    ledger.works = false;
    await expect(meter.flush(60_000)).rejects.toThrow('no database');
    time.now = 61_000;
    expect(admit(2)).toBe(0);
    ledger.works = true;
    await meter.flush(121_000);
    expect(recorded).toEqual([suppressed(3)]);
  });
});
