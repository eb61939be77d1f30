import type { Operation, RunResult } from 'backstage-plugin-modelops-common';
import type {
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
import { operationsOf } from './databricksResources';
import { readRunResult } from './databricksResults';
import { startJob } from './databricksStart';

/** One workspace: each method is a file of its own. @internal */
export class DatabricksConnection implements PlatformConnection {
  constructor(private readonly client: DatabricksClient) {}

  async readForm(
    call: PlatformCall,
    resource: PlatformResource,
    operation: Operation,
  ): Promise<PlatformForm> {
    this.requireOperation(resource, operation);
    const job = await readJob(this.client, call, resource);
    return toForm(job, this.client.settings.runIdParameter);
  }

  async start(
    call: PlatformCall,
    job: StartJob & { principal: string },
  ): Promise<Extract<JobReading, { kind: 'found' }>> {
    this.requireOperation(job.resource, job.operation);
    return startJob(this.client, call, job);
  }

  readJobs(
    call: PlatformCall,
    jobs: readonly KnownJob[],
  ): Promise<Map<string, JobReading>> {
    return readJobs(this.client, call, jobs);
  }

  cancel(
    call: PlatformCall,
    job: KnownJob & { platformRunId: string },
  ): Promise<void> {
    return cancelRun(this.client, call, job);
  }

  readLogs(
    call: PlatformCall,
    job: KnownJob & { platformRunId: string },
    maxBytes: number,
  ): Promise<string> {
    return readLogTail(this.client, call, job, maxBytes);
  }

  readResult(
    call: PlatformCall,
    job: KnownJob & { platformRunId: string },
    model?: PlatformResource,
  ): Promise<RunResult> {
    return readRunResult(this.client, call, job, model);
  }

  private requireOperation(resource: PlatformResource, operation: Operation) {
    if (operationsOf(resource, 'train').includes(operation)) return;
    throw new PlatformError(
      this.client.connection.id,
      'operation-unsupported',
      `Databricks does not offer '${operation}' on ${resource.canonical}.`,
      { refused: true },
    );
  }
}
