import fc from 'fast-check';
import {
  planDeploy,
  planPromote,
  planStop,
  planTraffic,
  type SharedVersion,
  shareOfOurs,
  type TrafficPlan,
} from './traffic';

const ours = (version: string, share: number): SharedVersion => ({
  id: `fraud-${version}`,
  version,
  share,
  ours: true,
});
const foreign = (share: number): SharedVersion => ({
  id: 'growth-1',
  version: '1',
  share,
  ours: false,
});
const sharesOf = (plan: TrafficPlan) => {
  if (!plan.ok) throw new Error(plan.problem);
  return plan.shares;
};
const problemOf = (plan: TrafficPlan) => (plan.ok ? undefined : plan.problem);
const total = (shares: Record<string, number>) =>
  Object.values(shares).reduce((sum, share) => sum + share, 0);

describe('planDeploy', () => {
  it('gives a canary its share and leaves the others theirs in proportion', () => {
    expect(
      sharesOf(planDeploy([ours('1', 60), ours('2', 40)], 'fraud-3', 10)),
    ).toEqual({ 'fraud-1': 54, 'fraud-2': 36, 'fraud-3': 10 });
  });

  it('gives the first version everything', () => {
    expect(sharesOf(planDeploy([], 'fraud-1', 100))).toEqual({
      'fraud-1': 100,
    });
    expect(problemOf(planDeploy([], 'fraud-1', 10))).toMatch(/100 %/);
  });

  it('takes nothing from another model of the endpoint', () => {
    const served = [foreign(80), ours('1', 20)];
    expect(sharesOf(planDeploy(served, 'fraud-2', 5))).toEqual({
      'growth-1': 80,
      'fraud-1': 15,
      'fraud-2': 5,
    });
    expect(problemOf(planDeploy(served, 'fraud-2', 21))).toMatch(/20 %/);
    expect(problemOf(planDeploy([foreign(100)], 'fraud-1', 1))).toMatch(
      /deploy with 0 %/,
    );
    expect(sharesOf(planDeploy([foreign(100)], 'fraud-1', 0))).toEqual({
      'growth-1': 100,
      'fraud-1': 0,
    });
  });

  it('does not take the place of another model', () => {
    expect(
      problemOf(planDeploy([foreign(10), ours('1', 90)], 'growth-1', 5)),
    ).toMatch(/another model/);
  });

  it.each([-1, 0.5, 101, Number.NaN])('refuses %s as a share', share => {
    expect(planDeploy([ours('1', 100)], 'fraud-2', share).ok).toBe(false);
  });
});

describe('planTraffic', () => {
  const served = [foreign(20), ours('1', 80), ours('2', 0)];

  it('moves shares between the versions of the model', () => {
    expect(
      sharesOf(planTraffic(served, { 'fraud-1': 70, 'fraud-2': 10 })),
    ).toEqual({ 'growth-1': 20, 'fraud-1': 70, 'fraud-2': 10 });
  });

  it('names what is wrong', () => {
    expect(problemOf(planTraffic(served, { 'fraud-2': 10 }))).toMatch(
      /make 90 %, and have to make 80 %/,
    );
    expect(problemOf(planTraffic(served, { 'growth-1': 0 }))).toMatch(
      /another model/,
    );
    expect(problemOf(planTraffic(served, { 'fraud-9': 0 }))).toMatch(
      /not served/,
    );
    expect(problemOf(planTraffic(served, { 'fraud-1': '80' }))).toMatch(
      /percentage/,
    );
    expect(problemOf(planTraffic([ours('1', 100)], { 'fraud-1': 99 }))).toMatch(
      /have to make 100 %/,
    );
  });
});

describe('planPromote', () => {
  it('gives a version all that the model has', () => {
    expect(
      sharesOf(planPromote([foreign(20), ours('1', 72), ours('2', 8)], '2')),
    ).toEqual({ 'growth-1': 20, 'fraud-1': 0, 'fraud-2': 80 });
  });

  it('refuses what is not served, and what another model serves', () => {
    expect(planPromote([ours('1', 100)], '2').ok).toBe(false);
    expect(planPromote([foreign(50), ours('2', 50)], '1').ok).toBe(false);
  });
});

describe('planStop', () => {
  it('leaves the share of a version to the others of the model', () => {
    expect(
      sharesOf(planStop([foreign(20), ours('1', 60), ours('2', 20)], '1')),
    ).toEqual({ 'growth-1': 20, 'fraud-2': 80 });
  });

  it('leaves nothing if only the model is served there', () => {
    expect(sharesOf(planStop([ours('1', 90), ours('2', 10)]))).toEqual({});
  });

  it('hands no traffic to other models', () => {
    expect(problemOf(planStop([foreign(20), ours('1', 80)]))).toMatch(
      /80 %.*other models/,
    );
    expect(sharesOf(planStop([foreign(100), ours('1', 0)]))).toEqual({
      'growth-1': 100,
    });
  });
});

describe('every plan', () => {
  /** What an endpoint can serve: up to six versions, some of another model, sharing 100 %. */
  const endpoints = fc
    .array(fc.record({ weight: fc.nat({ max: 50 }), ours: fc.boolean() }), {
      minLength: 1,
      maxLength: 6,
    })
    .map(parts => {
      const sum = parts.reduce((all, { weight }) => all + weight, 0) || 1;
      const shares = parts.map(({ weight }) =>
        Math.floor((weight * 100) / sum),
      );
      shares[0] += 100 - shares.reduce((all, share) => all + share, 0);
      return parts.map(
        (part, at): SharedVersion => ({
          id: `s${at}`,
          version: String(at),
          ours: part.ours,
          share: shares[at],
        }),
      );
    });

  it('makes 100 % and leaves other models alone', () => {
    fc.assert(
      fc.property(
        endpoints,
        fc.nat({ max: 100 }),
        fc.nat({ max: 6 }),
        (served, share, at) => {
          const plans = [
            planDeploy(served, 'new', share),
            planPromote(served, String(at)),
            planStop(served, String(at)),
            planStop(served),
          ];
          for (const plan of plans) {
            if (!plan.ok) continue;
            const none = Object.keys(plan.shares).length === 0;
            expect(total(plan.shares)).toBe(none ? 0 : 100);
            for (const one of served.filter(version => !version.ours))
              expect(plan.shares[one.id]).toBe(one.share);
            for (const value of Object.values(plan.shares))
              expect(Number.isInteger(value) && value >= 0).toBe(true);
          }
          expect(shareOfOurs(served)).toBe(
            served.reduce((sum, one) => sum + (one.ours ? one.share : 0), 0),
          );
        },
      ),
    );
  });
});
