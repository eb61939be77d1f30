import type { Entity } from '@backstage/catalog-model';
import type { NameCounts } from './KnownEntities';

/** What a sync would take out of the catalog. */
export interface Removal {
  /** Entities of the provider that the catalog holds. */
  before: number;
  removed: number;
  /** Whether that is more than is believed. */
  tooLarge: boolean;
}

/** Compares what the catalog holds of a provider with what it shall hold. `maxRemoval`: percent. */
export function decideRemoval(
  before: NameCounts,
  after: readonly Entity[],
  maxRemoval: number,
): Removal {
  const left = new Map(before);
  for (const { metadata } of after) {
    const count = left.get(metadata.name);
    if (count) left.set(metadata.name, count - 1);
  }
  const total = sum(before.values());
  const removed = sum(left.values());
  return {
    before: total,
    removed,
    tooLarge: removed * 100 > total * maxRemoval,
  };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
