import { randomInt } from 'node:crypto';
import {
  ifFound,
  PlatformError,
  settleJob,
  type JobOutcomes,
  type JobReading,
  type KnownJob,
  type PlatformCall,
  type PlatformErrorCode,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { CLOCK_SKEW_MS } from '../vertexClock';
import { RUN_ID_LABEL } from '../vertexLabels';
import { searchLost } from './lostTraining';
import { findTemplate, kindOf } from './templates';
import {
  JOB_KINDS,
  listTrainings,
  parseRunId,
  readTraining,
  toReading,
  type JobKind,
  type TrainingJob,
} from './trainingJob';

/** Most jobs that are read one by one in a look: those the list does not show. The others have their turn at later looks. */
const MOST_READ_ALONE = 24;
/** Pages of the list of all jobs that carry an id of ours: 2,000 jobs. */
const MAX_PAGES = 20;
/** Pages of the list of the jobs that carry one id. */
const MAX_PAGES_OF_ONE = 3;

/** Errors of a list that say nothing about each of its jobs: it holds something that we do not understand, or only `get` is allowed. */
const UNLISTABLE: ReadonlySet<PlatformErrorCode> = new Set([
  'platform-response-invalid',
  'platform-response-too-large',
  'platform-rejected-request',
  'platform-permission-denied',
]);

/** Jobs of one kind, and what a list showed of them. */
interface Listed {
  jobs: TrainingJob[];
  /** Whether a job that is not among them is not there at all. */
  complete: boolean;
  failure?: PlatformError;
}

/**
 * Reads trainings, known and lost: in one list for each kind of job, so that the calls grow with its pages and not with the
 * jobs. What the list does not show is read alone; only that, or complete lists, can say that there is no job.
 * @internal
 */
export async function readTrainings(
  client: VertexClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
  outcomes: JobOutcomes,
): Promise<void> {
  for (const kind of JOB_KINDS) {
    const some = jobs.filter(job => kindOfJob(client, job) === kind);
    if (some.length > 0) await readKind(client, call, kind, some, outcomes);
  }
  await readOtherKind(client, call, jobs, outcomes);
  for (const { runId, resource, platformRunId } of jobs)
    if (!outcomes.has(runId))
      outcomes.set(runId, {
        kind: 'unclear',
        why: platformRunId
          ? 'Its job has a name that Vertex AI gives to none.'
          : `${resource.canonical} is no longer in app-config, so its jobs cannot be compared.`,
      });
}

/** Undefined for a lost job whose template is gone: nobody knows what was sent. */
function kindOfJob(client: VertexClient, job: KnownJob): JobKind | undefined {
  if (job.platformRunId) return parseRunId(job.platformRunId)?.kind;
  const template = findTemplate(client, job.resource);
  return template && kindOf(template);
}

/**
 * Looks for lost jobs that are missing in the list of their template's kind in the other list: app-config may have said
 * otherwise when they were started.
 */
async function readOtherKind(
  client: VertexClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
  outcomes: JobOutcomes,
): Promise<void> {
  const missing = jobs.filter(job => {
    const outcome = outcomes.get(job.runId);
    return (
      !job.platformRunId &&
      outcome &&
      !(outcome instanceof PlatformError) &&
      outcome.kind === 'missing'
    );
  });
  // Only both lists together say that there is none.
  for (const { runId } of missing) outcomes.delete(runId);
  for (const kind of JOB_KINDS) {
    const some = missing.filter(job => kindOfJob(client, job) !== kind);
    if (some.length > 0) await readKind(client, call, kind, some, outcomes);
  }
}

async function readKind(
  client: VertexClient,
  call: PlatformCall,
  kind: JobKind,
  jobs: readonly KnownJob[],
  outcomes: JobOutcomes,
): Promise<void> {
  const listed =
    jobs.length > 1
      ? await listOurs(client, call, kind, jobs)
      : { jobs: [], complete: false };
  const rest: KnownJob[] = [];
  for (const job of jobs) {
    const shown = listed.jobs.filter(one => fits(one, job));
    if (shown.length > 0 || (listed.complete && !job.platformRunId))
      await settleJob(outcomes, job, () => toJobReading(client, job, shown));
    else rest.push(job);
  }
  if (listed.failure && !UNLISTABLE.has(listed.failure.code))
    throw listed.failure;
  await readAlone(client, call, kind, rest, outcomes);
}

/** Whether a job is the known one, or carries the id of the lost one. */
function fits(one: TrainingJob, { platformRunId, runId }: KnownJob): boolean {
  return platformRunId
    ? one.platformRunId === platformRunId
    : one.labels[RUN_ID_LABEL] === runId;
}

function toJobReading(
  client: VertexClient,
  job: KnownJob,
  shown: readonly TrainingJob[],
): JobReading {
  if (!job.platformRunId) return searchLost(client, job, shown);
  return shown.length > 0 ? toReading(client, shown[0]) : { kind: 'missing' };
}

/** All jobs since the oldest start that carry an id of ours, up to where the list failed. */
async function listOurs(
  client: VertexClient,
  call: PlatformCall,
  kind: JobKind,
  jobs: readonly KnownJob[],
): Promise<Listed> {
  const since = Math.min(...jobs.map(({ notBefore }) => notBefore.getTime()));
  const from = new Date(since - CLOCK_SKEW_MS).toISOString();
  const all: TrainingJob[] = [];
  const missing = new Set(jobs.map(({ runId }) => runId));
  const anyLost = jobs.some(job => !job.platformRunId);
  try {
    const { complete } = await listTrainings(client, call, kind, {
      filter: `labels.${RUN_ID_LABEL}:* AND create_time>="${from}"`,
      maxPages: MAX_PAGES,
      onPage: page => {
        all.push(...page);
        for (const job of jobs)
          if (page.some(one => fits(one, job))) missing.delete(job.runId);
        // A second job with the id of a lost one may stand on any page.
        return !anyLost && missing.size === 0;
      },
    });
    return { jobs: all, complete };
  } catch (error) {
    if (error instanceof PlatformError)
      return { jobs: all, complete: false, failure: error };
    throw error;
  }
}

async function readAlone(
  client: VertexClient,
  call: PlatformCall,
  kind: JobKind,
  jobs: readonly KnownJob[],
  outcomes: JobOutcomes,
): Promise<void> {
  // If it cannot be all of them, it must not be the same ones each time.
  const from = jobs.length > MOST_READ_ALONE ? randomInt(jobs.length) : 0;
  const inTurn = [...jobs.slice(from), ...jobs.slice(0, from)];
  for (const job of inTurn.slice(0, MOST_READ_ALONE))
    await settleJob(outcomes, job, () =>
      job.platformRunId
        ? readKnown(client, call, { ...job, platformRunId: job.platformRunId })
        : readLost(client, call, kind, job),
    );
  for (const job of inTurn.slice(MOST_READ_ALONE))
    outcomes.set(job.runId, {
      kind: 'unreachable',
      why: `${client.connection.id} has so many jobs that this one was not read this time.`,
    });
}

async function readKnown(
  client: VertexClient,
  call: PlatformCall,
  job: { platformRunId: string; runId: string },
): Promise<JobReading> {
  const found = await ifFound(readTraining(client, call, job));
  return found ? toReading(client, found) : { kind: 'missing' };
}

async function readLost(
  client: VertexClient,
  call: PlatformCall,
  kind: JobKind,
  job: KnownJob,
): Promise<JobReading> {
  const shown: TrainingJob[] = [];
  const { complete } = await listTrainings(client, call, kind, {
    filter: `labels.${RUN_ID_LABEL}="${job.runId}"`,
    runId: job.runId,
    maxPages: MAX_PAGES_OF_ONE,
    onPage: page => {
      shown.push(...page.filter(one => fits(one, job)));
      return false;
    },
  });
  return complete || shown.length > 0
    ? searchLost(client, job, shown)
    : {
        kind: 'unclear',
        why: `The list of jobs of ${client.connection.id} has no end, so it is open whether this one is in it.`,
      };
}
