import type { JobReading, KnownJob } from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { findTemplate } from './templates';
import { toReading, type TrainingJob } from './trainingJob';
import { createdInTime, findDifference, notOurs } from './trainingMatch';

/**
 * What became of a start whose answer was lost. `marked`: all jobs that carry its id, which anybody who knows it can give to a
 * job.
 * @internal
 */
export function searchLost(
  client: VertexClient,
  job: KnownJob,
  marked: readonly TrainingJob[],
): JobReading {
  const template = findTemplate(client, job.resource);
  if (!template)
    return {
      kind: 'unclear',
      why: `${job.resource.canonical} is no longer in app-config, so its jobs cannot be compared.`,
    };
  const free = marked.filter(one => !job.claimed.has(one.platformRunId));
  const compared = free.map(one => ({
    one,
    difference: findDifference(one, template, job),
  }));
  const same = compared.filter(({ difference }) => !difference);
  if (same.length === 1) return toReading(client, same[0].one);
  if (same.length > 1)
    return {
      kind: 'unclear',
      why: `${same.length} jobs carry the id of this run; any of them may be it.`,
    };
  const first =
    compared.find(({ difference }) => difference?.in === 'template') ??
    compared[0];
  if (!first?.difference) return { kind: 'missing' };
  return first.difference.in === 'template' && createdInTime(first.one, job)
    ? {
        kind: 'unclear',
        why: `${first.one.platformRunId} carries the id of this run, but ${first.difference.why}, which app-config may have said otherwise when it was started.`,
      }
    : notOurs(first.one, first.difference.why);
}
