import { servedNames } from './servedName';

describe('The name of what is served', () => {
  it.each([
    ['model/main.fraud.detector', '7', 'detector-7'],
    ['registered-model/Fraud Detector (v2)', '1', 'Fraud-Detector-v2--1'],
    ['model/a.b.a_b-c', '12', 'a_b-c-12'],
  ])('%s, version %s, is %s', (canonical, version, name) => {
    const model = { kind: canonical.split('/')[0], canonical };
    const [first, second] = servedNames(model, version);
    expect(first).toBe(name);
    expect(second).toMatch(new RegExp(`^${name}-[0-9a-f]{8}$`));
  });

  it('is short enough, and another one for another model', () => {
    const named = (catalog: string) =>
      servedNames(
        {
          kind: 'model',
          canonical: `model/${catalog}.s.${'m'.repeat(255)}`,
        },
        '9'.repeat(15),
      );
    const [one, other] = [named('a'), named('b')];
    expect(one[1].length).toBeLessThanOrEqual(63);
    expect(one[0]).toBe(other[0]);
    expect(one[1]).not.toBe(other[1]);
  });
});
