import type { Operation, RunResult } from 'backstage-plugin-modelops-common';
import {
  refusal,
  type FormQuestion,
  type JobReading,
  type KnownJob,
  type PlatformCall,
  type PlatformConnection,
  type PlatformForm,
  type PlatformResource,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import { readAliasForm, setAlias } from './registry/aliasChange';
import { VertexRegistry } from './registry/VertexRegistry';
import { changeEndpoint } from './serving/changeEndpoint';
import { readChangeForm } from './serving/changeForm';
import { readChangeLog } from './serving/changeLog';
import { readChangeResult } from './serving/changeResult';
import { VertexServing } from './serving/VertexServing';
import { cancelTraining } from './training/cancelTraining';
import { readTrainingForm } from './training/trainingForm';
import { readTrainingLog } from './training/trainingLog';
import { readTrainingResult } from './training/trainingResult';
import type { TrainingStarts } from './training/TrainingStarts';
import type { VertexClient } from './vertexClient';
import { readJobs } from './vertexReadJobs';
import { isTraining, offers } from './vertexResources';

type Named = KnownJob & { platformRunId: string };

/** One project and location: training, endpoints and aliases, each method a file of its own. @internal */
export class VertexConnection implements PlatformConnection {
  readonly registry: VertexRegistry;
  readonly serving: VertexServing;

  constructor(
    private readonly client: VertexClient,
    private readonly trainings: TrainingStarts,
  ) {
    this.registry = new VertexRegistry(client);
    this.serving = new VertexServing(client);
  }

  async readForm(
    call: PlatformCall,
    question: FormQuestion,
  ): Promise<PlatformForm> {
    const { resource, operation } = question;
    this.requireOperation(resource, operation);
    if (resource.kind === 'endpoint')
      return readChangeForm(this.client, call, question);
    if (operation === 'set-alias')
      return readAliasForm(this.client, call, resource);
    return readTrainingForm(this.client, resource);
  }

  async start(
    call: PlatformCall,
    job: StartJob & { principal: string },
  ): Promise<Extract<JobReading, { kind: 'found' }>> {
    this.requireOperation(job.resource, job.operation);
    if (job.resource.kind === 'endpoint')
      return changeEndpoint(this.client, call, job);
    if (job.operation === 'set-alias') return setAlias(this.client, call, job);
    return this.trainings.start(this.client, call, job);
  }

  readJobs(
    call: PlatformCall,
    jobs: readonly KnownJob[],
  ): Promise<Map<string, JobReading>> {
    return readJobs(this.client, call, jobs);
  }

  async cancel(call: PlatformCall, job: Named): Promise<void> {
    if (isTraining(job)) return cancelTraining(this.client, call, job);
    throw this.unsupported(
      `A change of ${job.resource.canonical} cannot be cancelled. Wait for its end, and change it back.`,
    );
  }

  async readLogs(
    call: PlatformCall,
    job: Named,
    maxBytes: number,
  ): Promise<string> {
    return isTraining(job)
      ? readTrainingLog(this.client, call, job, maxBytes)
      : readChangeLog(this.client, call, job, maxBytes);
  }

  async readResult(
    call: PlatformCall,
    job: Named,
    model?: PlatformResource,
  ): Promise<RunResult> {
    return isTraining(job)
      ? readTrainingResult(this.client, call, job, model)
      : readChangeResult(this.client, call, job);
  }

  private requireOperation(resource: PlatformResource, operation: Operation) {
    if (offers(resource, operation)) return;
    throw this.unsupported(
      `Vertex AI does not offer '${operation}' on ${resource.canonical}.`,
    );
  }

  private unsupported(message: string) {
    return refusal(this.client.connection.id, 'operation-unsupported', message);
  }
}
