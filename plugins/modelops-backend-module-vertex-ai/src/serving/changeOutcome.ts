import type { ServedVersion } from 'backstage-plugin-modelops-common';
import type { JobReading, KnownJob } from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { QUOTA_ADVICE, quotaSentence } from '../vertexErrors';
import { endpointLink } from '../vertexLinks';
import { nameOf } from '../vertexResources';
import { changeId, type ChangeId } from './changeId';
import type { EndpointOperation } from './endpointOperations';
import type { Endpoint } from './endpointSchemas';
import { machinesInWords } from './machines';
import { servedVersions } from './servedVersions';
import { RPC_CANCELLED, RPC_RESOURCE_EXHAUSTED } from './servingState';

/** Our clock and Google's may differ by this much, in milliseconds: with more, no ID token would be taken. */
const CLOCK_MARGIN_MS = 60_000;

/** What is known of an endpoint when its changes are read. @internal */
export interface EndpointFacts {
  /** Undefined if there is none. */
  endpoint?: Endpoint;
  operations: readonly EndpointOperation[];
  now: Date;
}

type Found = Extract<JobReading, { kind: 'found' }>;
type Ending = Pick<Found, 'state' | 'failure' | 'startedAt' | 'endedAt'>;

/** Makes the reading of a change that was found. @internal */
export function foundBy({ settings }: VertexClient, job: KnownJob) {
  return (change: ChangeId, ending: Ending): Found => ({
    kind: 'found',
    platformRunId: job.platformRunId ?? changeId(job.resource, change),
    url: endpointLink(settings, nameOf(job.resource)),
    ...ending,
  });
}

/** How an operation ended, or that it has not. @internal */
export function endingOf(
  client: VertexClient,
  job: KnownJob,
  operation: EndpointOperation,
): Ending {
  const { startedAt, updatedAt: endedAt } = operation;
  if (operation.state === 'running') return { state: 'running', startedAt };
  if (operation.state === 'succeeded')
    return { state: 'succeeded', startedAt, endedAt };
  if (operation.code === RPC_CANCELLED)
    return { state: 'canceled', startedAt, endedAt };
  return {
    state: 'failed',
    startedAt,
    endedAt,
    failure:
      operation.code === RPC_RESOURCE_EXHAUSTED
        ? {
            code: 'job-quota-exceeded',
            message: `${quotaSentence(
              client.settings.project,
              job.operation === 'deploy'
                ? machinesInWords(job.parameters)
                : undefined,
              operation.quotaMetric,
            )} ${QUOTA_ADVICE} What was served before still answers.`,
          }
        : {
            code: 'deployment-failed',
            message:
              'Vertex AI could not make the change. What was served before still answers. Look at the log of the run.',
          },
  };
}

/** Something is still deployed that was to be taken off. @internal */
export function unfinishedEnd(
  client: VertexClient,
  { operations, endpoint, now }: EndpointFacts,
  job: KnownJob,
  change: Extract<ChangeId, { operation: string }>,
): JobReading {
  const found = foundBy(client, job);
  const undeploys = operations.filter(
    one => one.kind === 'undeploy' && isOfItsTime(one, job),
  );
  const open = undeploys.find(({ state }) => state === 'running');
  if (open)
    return found(change, { state: 'running', startedAt: open.startedAt });
  const failed = undeploys.find(({ state }) => state === 'failed');
  if (failed) return found(change, endingOf(client, job, failed));
  // The next one may be about to be sent.
  if (job.notAfter === undefined || now < job.notAfter)
    return found(change, { state: 'running' });
  const versions = leftOf(client, endpoint, job).map(
    ({ id, version }) => version ?? id,
  );
  return found(change, {
    state: 'failed',
    failure: {
      code: 'deployment-failed',
      message: `The traffic was moved, and version ${versions.join(
        ', ',
      )} is still deployed. Stop it again, or it goes on costing.`,
    },
  });
}

/** What a change was to take off, and is there still. What was deployed later is somebody else's wish. @internal */
export function leftOf(
  client: VertexClient,
  endpoint: Endpoint | undefined,
  job: KnownJob,
): ServedVersion[] {
  const latest = (job.notAfter?.getTime() ?? Infinity) + CLOCK_MARGIN_MS;
  return servedVersions(client, endpoint, job.model).filter(
    one =>
      one.ours &&
      (job.version === undefined || one.version === job.version) &&
      (toDate(one.createdAt)?.getTime() ?? 0) <= latest,
  );
}

/** Whether an operation began when this run was sent. @internal */
export function isOfItsTime(
  { startedAt }: EndpointOperation,
  job: KnownJob,
): boolean {
  const at = startedAt?.getTime();
  return (
    at !== undefined &&
    at >= job.notBefore.getTime() - CLOCK_MARGIN_MS &&
    at <= (job.notAfter?.getTime() ?? Infinity) + CLOCK_MARGIN_MS
  );
}

/** A time of ours, if there is one. @internal */
export function toDate(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
