import type { Entity } from '@backstage/catalog-model';
import { decideRemoval } from './removal';

const named = (...names: string[]): Entity[] =>
  names.map(name => ({ apiVersion: '', kind: 'Resource', metadata: { name } }));
const counts = (...names: string[]) => {
  const made = new Map<string, number>();
  for (const name of names) made.set(name, (made.get(name) ?? 0) + 1);
  return made;
};
const five = ['a', 'b', 'c', 'd', 'e'];

describe('A removal', () => {
  it.each<[string, string[], string[], number, number, boolean]>([
    ['takes a first sync', [], five, 20, 0, false],
    ['takes a platform that has nothing and never had', [], [], 20, 0, false],
    ['takes new entities', ['a'], five, 20, 0, false],
    ['takes 1 of 5 at 20 %', five, ['a', 'b', 'c', 'd'], 20, 1, false],
    ['stops 2 of 5 at 20 %', five, ['a', 'b', 'c'], 20, 2, true],
    ['stops all', five, [], 20, 5, true],
    [
      'counts what goes, however much comes',
      five,
      ['v', 'w', 'x', 'y', 'z'],
      20,
      5,
      true,
    ],
    ['stops the first at 0 %', five, ['a', 'b', 'c', 'd'], 0, 1, true],
    ['takes all at 100 %', five, [], 100, 5, false],
    ['takes an unchanged list at 0 %', five, five, 0, 0, false],
    [
      'counts a model and an endpoint of one name',
      ['a', 'a', 'b'],
      ['a', 'b'],
      20,
      1,
      true,
    ],
  ])('%s', (_rule, before, after, maxRemoval, removed, tooLarge) => {
    expect(
      decideRemoval(counts(...before), named(...after), maxRemoval),
    ).toEqual({ before: before.length, removed, tooLarge });
  });
});
