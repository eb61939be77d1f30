import {
  shareOfOurs,
  type ServedVersion,
} from 'backstage-plugin-modelops-common';
import {
  whatAnswers,
  type JobReading,
  type KnownJob,
} from 'backstage-plugin-modelops-node';
import { endpointLink } from '../databricksLinks';
import { nameOf } from '../databricksResources';
import { isSamePrincipal } from '../databricksRunMatch';
import type { DatabricksSettings } from '../databricksSettings';
import { changeId, deletionId, parseChangeId, type ChangeId } from './changeId';
import type { Endpoint } from './endpoint';
import type { EndpointConfig } from './endpointSchemas';
import { servedVersions } from './servedVersions';
import { isAnswering, revisionOf, versionOfRevision } from './servingState';
import { isMadeBy } from './writeEndpoint';

/** The clock of the workspace may be wrong by this much, in milliseconds. */
const CLOCK_MARGIN_MS = 10 * 60_000;

type Found = Extract<JobReading, { kind: 'found' }>;
type Ending = Pick<Found, 'state' | 'failure'>;

/** What became of a change, by how its endpoint is now. @internal */
export function readChange(
  settings: DatabricksSettings,
  endpoint: Endpoint | undefined,
  job: KnownJob,
): JobReading {
  const known = job.platformRunId && parseChangeId(job.platformRunId);
  const name = nameOf(job.resource);
  if (!endpoint) return withoutEndpoint(job, name);
  const found = (change: ChangeId, ending: Ending, likeness?: true): Found => ({
    kind: 'found',
    platformRunId: job.platformRunId ?? changeId(name, change),
    url: endpointLink(settings, name),
    ...ending,
    ...(likeness && { likeness }),
    startedAt: change.startedAt > 0 ? new Date(change.startedAt) : undefined,
    endedAt:
      ending.state === 'running' ? undefined : endpoint.last_updated_timestamp,
  });
  if (!job.platformRunId) return lostChange(endpoint, job, found);
  // It was deleted, and is there again.
  if (!known)
    return found({ version: 0, startedAt: 0 }, { state: 'succeeded' });
  return knownChange(endpoint, job, known, ending => found(known, ending));
}

/** There is no endpoint: that is what the end of its serving looks like. */
function withoutEndpoint(job: KnownJob, name: string): JobReading {
  if (job.operation !== 'stop' || job.version !== undefined)
    return { kind: 'missing' };
  return {
    kind: 'found',
    platformRunId: job.platformRunId ?? deletionId(name, job.runId),
    state: 'succeeded',
    ...(!job.platformRunId && { likeness: true as const }),
  };
}

/** A change whose config we know by its number. */
function knownChange(
  endpoint: Endpoint,
  job: KnownJob,
  known: ChangeId,
  found: (ending: Ending) => Found,
): JobReading {
  const live = endpoint.config?.config_version ?? 0;
  const { config_update: update } = endpoint.state;
  if (live >= known.version) {
    if (isAsWanted(endpoint.config, job)) return found({ state: 'succeeded' });
    return {
      kind: 'superseded',
      why: `${job.resource.canonical} was changed again on Databricks before this change was seen to end. Look at what it serves.`,
    };
  }
  const { pending_config: pending } = endpoint;
  if (update === 'IN_PROGRESS' && (!pending || isSameChange(pending, known)))
    return found({ state: 'running' });
  if (update === 'UPDATE_FAILED') return found(failed(endpoint));
  if (update === 'UPDATE_CANCELED') return found({ state: 'canceled' });
  if (update === 'IN_PROGRESS')
    // Another change is on its way while ours never got live: Databricks takes one at a time, so ours had ended.
    return found(failed(endpoint));
  return {
    kind: 'unclear',
    why: `${job.resource.canonical} neither serves this change nor rolls it out, and does not say that it failed.`,
  };
}

function isSameChange(pending: EndpointConfig, known: ChangeId): boolean {
  const startedAt = pending.start_time?.getTime();
  return (
    pending.config_version === known.version &&
    (known.startedAt === 0 || !startedAt || startedAt === known.startedAt)
  );
}

function failed(endpoint: Endpoint): Ending {
  return {
    state: 'failed',
    failure: {
      code: 'deployment-failed',
      message: `Databricks could not roll out the change. ${whatAnswers(
        isAnswering(endpoint),
      )}`,
    },
  };
}

/**
 * A change whose answer was lost: it is the config right after the one we looked at, if that is exactly what was wanted. An
 * endpoint that we made carries our id besides; anything else is found only by what it looks like.
 */
function lostChange(
  endpoint: Endpoint,
  job: KnownJob,
  found: (change: ChangeId, ending: Ending, likeness?: true) => Found,
): JobReading {
  const made = isMadeBy(endpoint, job.runId);
  if (job.revision === undefined && !made) return { kind: 'missing' };
  const version = (versionOfRevision(job.revision) ?? 0) + 1;
  const { config, pending_config: pending } = endpoint;
  const next = [pending, config].find(one => one?.config_version === version);
  if (next && isAlike(next, job)) {
    if (isClaimed(next, job)) return { kind: 'missing' };
    const startedAt = next.start_time ?? endpoint.last_updated_timestamp;
    return found(
      { version, startedAt: startedAt?.getTime() ?? 0 },
      endingOf(endpoint, next),
      made ? undefined : true,
    );
  }
  // It never arrived, or somebody else's change came first.
  const untouched =
    revisionOf(endpoint) === job.revision &&
    endpoint.state.config_update === 'NOT_UPDATING';
  if (!made && (untouched || (next && next === config)))
    return { kind: 'missing' };
  return {
    kind: 'unclear',
    why: `${job.resource.canonical} was changed since, so it cannot be told whether this change was made and failed. Look at it on Databricks.`,
  };
}

function endingOf(endpoint: Endpoint, candidate: EndpointConfig): Ending {
  if (candidate === endpoint.config) return { state: 'succeeded' };
  switch (endpoint.state.config_update) {
    case 'UPDATE_FAILED':
      return failed(endpoint);
    case 'UPDATE_CANCELED':
      return { state: 'canceled' };
    default:
      return { state: 'running' };
  }
}

/** What was wanted, by whom, and not begun before it was sent. */
function isAlike(config: EndpointConfig, job: KnownJob): boolean {
  const earliest = job.notBefore.getTime() - CLOCK_MARGIN_MS;
  if (config.start_time && config.start_time.getTime() < earliest) return false;
  if (!isAsWanted(config, job)) return false;
  if (job.operation !== 'deploy') return true;
  const made = servedVersions(config, job.model).find(
    one => one.ours && one.version === job.version,
  );
  // What is new carries the name of its maker; what was there before, and was sized anew, may not.
  return (
    made?.createdBy === undefined ||
    made.createdAt === undefined ||
    new Date(made.createdAt).getTime() < earliest ||
    isSamePrincipal(made.createdBy, job.principal)
  );
}

/**
 * Whether another run of ours made this config. A change that failed leaves its number to the next one: a live config is not
 * that of a change that was under way before this one was sent, because this one was sent to an endpoint at rest.
 */
function isClaimed(
  { config_version: version, start_time: startedAt }: EndpointConfig,
  job: KnownJob,
): boolean {
  const name = nameOf(job.resource);
  return [...job.claimed].some(claimed => {
    if (!claimed.startsWith(`${name}@`)) return false;
    const other = parseChangeId(claimed);
    if (other?.version !== version) return false;
    return startedAt
      ? other?.startedAt === startedAt.getTime()
      : (other?.startedAt ?? 0) >= job.notBefore.getTime();
  });
}

/** Whether a config is what a change was to make, as far as the model's own versions go. */
function isAsWanted(
  config: EndpointConfig | null | undefined,
  job: KnownJob,
): boolean {
  const served = servedVersions(config, job.model);
  const ours = served.filter(one => one.ours);
  // The same version may be served twice, by somebody's doing.
  const wanted = ours.filter(one => one.version === job.version);
  const { parameters } = job;
  switch (job.operation) {
    case 'deploy':
      return wanted.some(
        ({ share, size }) =>
          share === Number(parameters.traffic) &&
          (parameters.size === undefined || size === parameters.size),
      );
    case 'promote':
      return wanted.some(({ share }) => share === shareOfOurs(served));
    case 'stop':
      return (job.version === undefined ? ours : wanted).length === 0;
    default: // traffic, rollback
      return hasShares(ours, parameters);
  }
}

function hasShares(
  ours: readonly ServedVersion[],
  shares: KnownJob['parameters'],
): boolean {
  return Object.entries(shares).every(
    ([id, share]) => ours.find(one => one.id === id)?.share === Number(share),
  );
}
