import { failedPrecondition, invalidArgument } from '../googleErrors';

/** Cannot look like a number. Source: MergeVersionAliasesRequest. */
const ALIAS = /^[a-z][a-zA-Z0-9-]{0,126}[a-z0-9-]$/;

/** Refuses an alias that a version cannot have. */
export function requireAlias(alias: string): string {
  if (ALIAS.test(alias)) return alias;
  throw invalidArgument(
    `Version alias "${alias}" is invalid. It must be at most 128 characters long and match [a-z][a-zA-Z0-9-]{0,126}[a-z-0-9].`,
  );
}

/**
 * The aliases of a model after a merge into one version. `-alias` takes one off, an alias of another version moves, one that
 * is added and taken off in the same call stays as it was, and `default` cannot be taken off. Taking off what the version
 * does not have changes nothing; how the real one answers that is not established.
 */
export function mergeAliases(
  aliases: ReadonlyMap<string, number>,
  version: number,
  changes: readonly string[],
): Map<string, number> {
  if (changes.length === 0)
    throw invalidArgument('Required field version_aliases is not set.');
  const removed = new Set(
    changes
      .filter(change => change.startsWith('-'))
      .map(change => requireAlias(change.slice(1))),
  );
  const added = new Set(
    changes.filter(change => !change.startsWith('-')).map(requireAlias),
  );
  if (removed.has('default') && !added.has('default'))
    throw failedPrecondition(
      'The default version alias cannot be removed. Move it to another version instead.',
    );
  const merged = new Map(aliases);
  for (const alias of removed)
    if (!added.has(alias) && merged.get(alias) === version)
      merged.delete(alias);
  for (const alias of added)
    if (!removed.has(alias)) merged.set(alias, version);
  return merged;
}
