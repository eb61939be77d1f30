import type { ServedVersion } from 'backstage-plugin-modelops-common';
import {
  whatAnswers,
  type JobReading,
  type KnownJob,
} from 'backstage-plugin-modelops-node';
import { rpcCodeOf } from '../google/rpcCodes';
import type { VertexClient } from '../vertexClient';
import { CLOCK_SKEW_MS, isOfItsTime } from '../vertexClock';
import { QUOTA_ADVICE, quotaSentence } from '../vertexErrors';
import { endpointLink } from '../vertexLinks';
import { nameOf } from '../vertexResources';
import { changeId, type ChangeId } from './changeId';
import type { EndpointOperation } from './endpointOperations';
import type { Endpoint } from './endpointSchemas';
import { machinesInWords } from './machines';
import { servedVersions } from './servedVersions';

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
  endpoint: Endpoint | undefined,
  job: KnownJob,
  operation: EndpointOperation,
): Ending {
  const { startedAt, updatedAt: endedAt } = operation;
  if (operation.state === 'running') return { state: 'running', startedAt };
  if (operation.state === 'succeeded')
    return { state: 'succeeded', startedAt, endedAt };
  const word = rpcCodeOf(operation.code);
  const { operation: asked } = job;
  if (word === 'CANCELLED' && asked !== 'stop')
    return { state: 'canceled', startedAt, endedAt };
  const left =
    asked === 'stop'
      ? 'The traffic was moved already, and what was to be taken off goes on costing. Stop it again.'
      : whatAnswers(servedVersions(client, endpoint, job.model).length > 0);
  return {
    state: 'failed',
    startedAt,
    endedAt,
    failure:
      word === 'RESOURCE_EXHAUSTED'
        ? {
            code: 'job-quota-exceeded',
            message: `${quotaSentence(
              client.settings.project,
              job.operation === 'deploy'
                ? machinesInWords(job.parameters)
                : undefined,
              operation.quotaMetric,
            )} ${QUOTA_ADVICE} ${left}`,
          }
        : {
            code: 'deployment-failed',
            message: `Vertex AI could not make the change. ${left}`,
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
    one =>
      one.kind === 'undeploy' &&
      isOfItsTime(one.startedAt, job) &&
      !isClaimed(one, job),
  );
  const open = undeploys.find(({ state }) => state === 'running');
  if (open)
    return found(change, { state: 'running', startedAt: open.startedAt });
  const failed = undeploys.find(({ state }) => state === 'failed');
  if (failed) return found(change, endingOf(client, endpoint, job, failed));
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
  // However late it arrived: it was to take off what the person saw.
  const latest = (job.notAfter?.getTime() ?? Infinity) + CLOCK_SKEW_MS;
  return servedVersions(client, endpoint, job.model).filter(
    one =>
      one.ours &&
      (job.version === undefined || one.version === job.version) &&
      (toDate(one.createdAt)?.getTime() ?? 0) <= latest,
  );
}

/** Whether an operation is that of another run of ours. @internal */
export function isClaimed(
  { id }: EndpointOperation,
  { claimed, resource }: KnownJob,
): boolean {
  const prefix = `endpoints/${nameOf(resource)}@`;
  return [...claimed].some(
    name => name.startsWith(prefix) && name.endsWith(`.${id}`),
  );
}

/** A time of ours, if there is one. @internal */
export function toDate(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
