import {
  requireSplit,
  splitAfterDeploy,
  splitAfterUndeploy,
  type TrafficSplit,
} from './trafficSplit';

it.each<[string, TrafficSplit]>([
  ['99 in all', { a: 99 }],
  ['101 in all', { a: 60, b: 41 }],
  ['below nothing', { a: 110, b: -10 }],
  ['an id that is not deployed', { a: 50, c: 50 }],
])('a split is refused: %s', (_rule, split) => {
  expect(() => requireSplit(split, ['a', 'b'])).toThrow();
});

it.each<[string, TrafficSplit | undefined, TrafficSplit]>([
  ['no wish leaves it as it is', undefined, { a: 100 }],
  ['an empty wish, too', {}, { a: 100 }],
  ['"0" is the new one', { '0': 10, a: 90 }, { new: 10, a: 90 }],
  ['an id that is not named gets nothing', { '0': 100 }, { new: 100 }],
])('a deployment: %s', (_rule, wished, split) => {
  expect(splitAfterDeploy({ a: 100 }, wished, ['a'], 'new')).toEqual(split);
});

it.each<
  [string, TrafficSplit, TrafficSplit | undefined, string[], TrafficSplit]
>([
  ['without traffic it goes', { a: 100 }, undefined, ['a', 'b'], { a: 100 }],
  [
    'a wish gives its traffic away',
    { a: 90, b: 10 },
    { a: 100 },
    ['a', 'b'],
    { a: 100 },
  ],
  [
    'a wish may give it zero',
    { a: 90, b: 10 },
    { a: 100, b: 0 },
    ['a', 'b'],
    { a: 100 },
  ],
  ['the last one empties the split', { b: 100 }, undefined, ['b'], {}],
  ['the last one, whatever is wished', { b: 100 }, { b: 100 }, ['b'], {}],
])('an undeployment: %s', (_rule, current, wished, ids, split) => {
  expect(splitAfterUndeploy(current, wished, ids, 'b')).toEqual(split);
});

it.each([undefined, { a: 95, b: 5 }])(
  'an undeployment with traffic is refused when %j is wished',
  wished => {
    expect(() =>
      splitAfterUndeploy({ a: 90, b: 10 }, wished, ['a', 'b'], 'b'),
    ).toThrow('has');
  },
);
