import type { Operation, RunResult } from 'backstage-plugin-modelops-common';
import type {
  FormQuestion,
  JobReading,
  KnownJob,
  PlatformCall,
  PlatformConnection,
  PlatformForm,
  PlatformResource,
  StartJob,
} from 'backstage-plugin-modelops-node';
import { PlatformError } from 'backstage-plugin-modelops-node';
import { cancelRun } from './databricksCancel';
import type { DatabricksClient } from './databricksClient';
import { readJob, toForm } from './databricksJobs';
import { readLogTail } from './databricksLogs';
import { readJobs } from './databricksReadJobs';
import { offers } from './databricksResources';
import { readRunResult } from './databricksResults';
import { startJob } from './databricksStart';
import { readAliasForm, setAlias } from './registry/aliasChange';
import { DatabricksRegistry } from './registry/DatabricksRegistry';
import { readBuildLog } from './serving/buildLog';
import { changeEndpoint } from './serving/changeEndpoint';
import { readChangeForm } from './serving/changeForm';
import { DatabricksServing } from './serving/DatabricksServing';
import { readChangeResult } from './serving/deployResult';

type Named = KnownJob & { platformRunId: string };

/** One workspace: jobs, endpoints and aliases, each method a file of its own. @internal */
export class DatabricksConnection implements PlatformConnection {
  readonly registry: DatabricksRegistry;
  readonly serving: DatabricksServing;

  constructor(private readonly client: DatabricksClient) {
    this.registry = new DatabricksRegistry(client);
    this.serving = new DatabricksServing(client);
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
    const job = await readJob(this.client, call, resource);
    return toForm(job, this.client.settings.runIdParameter);
  }

  async start(
    call: PlatformCall,
    job: StartJob & { principal: string },
  ): Promise<Extract<JobReading, { kind: 'found' }>> {
    this.requireOperation(job.resource, job.operation);
    if (job.resource.kind === 'endpoint')
      return changeEndpoint(this.client, call, job);
    if (job.operation === 'set-alias') return setAlias(this.client, call, job);
    return startJob(this.client, call, job);
  }

  readJobs(
    call: PlatformCall,
    jobs: readonly KnownJob[],
  ): Promise<Map<string, JobReading>> {
    return readJobs(this.client, call, jobs);
  }

  async cancel(call: PlatformCall, job: Named): Promise<void> {
    if (job.resource.kind === 'job') return cancelRun(this.client, call, job);
    throw this.unsupported(
      `Databricks cannot cancel a change of ${job.resource.canonical}. Wait for its end, and change it back.`,
    );
  }

  readLogs(call: PlatformCall, job: Named, maxBytes: number): Promise<string> {
    return job.resource.kind === 'job'
      ? readLogTail(this.client, call, job, maxBytes)
      : readBuildLog(this.client, call, job, maxBytes);
  }

  readResult(
    call: PlatformCall,
    job: Named,
    model?: PlatformResource,
  ): Promise<RunResult> {
    return job.resource.kind === 'job'
      ? readRunResult(this.client, call, job, model)
      : readChangeResult(this.client, call, job);
  }

  private requireOperation(resource: PlatformResource, operation: Operation) {
    if (offers(resource, operation)) return;
    throw this.unsupported(
      `Databricks does not offer '${operation}' on ${resource.canonical}.`,
    );
  }

  private unsupported(message: string): PlatformError {
    return new PlatformError(
      this.client.connection.id,
      'operation-unsupported',
      message,
      { refused: true },
    );
  }
}
