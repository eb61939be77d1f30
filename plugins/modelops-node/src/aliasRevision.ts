import { createHash } from 'node:crypto';
import type { JobReading, KnownJob } from './ModelPlatform';

/** `PlatformForm.revision` of a model's aliases: another one whenever one of them is set, moved or gone. @public */
export function aliasRevision(
  aliases: Iterable<readonly [alias: string, version: string | number]>,
): string {
  const sorted = [...aliases]
    .map(([alias, version]) => [alias, String(version)])
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/**
 * What became of an alias that was to be set, whose answer was lost, and that does not point to the wanted version. It never did
 * only if no alias was changed since; otherwise somebody may have moved it on, and setting it again would undo that.
 * @public
 */
export function missedAlias(job: KnownJob, revision: string): JobReading {
  return job.revision === undefined || job.revision === revision
    ? { kind: 'missing' }
    : {
        kind: 'unclear',
        why: `The aliases of ${job.resource.canonical} were changed since, so it cannot be told whether this one was set and moved on, or never set. Look at its versions.`,
      };
}
