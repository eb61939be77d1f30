import type { JobReading, KnownJob } from 'backstage-plugin-modelops-node';
import { knownJob } from 'backstage-plugin-modelops-node/testUtils';
import { aStart, type TestWorkspace } from './workspace';

export const RUN_NOW = '/api/2.2/jobs/run-now';
export const LIST = '/api/2.2/jobs/runs/list';
export const GET_RUN = '/api/2.2/jobs/runs/get';
export const GET_JOB = '/api/2.2/jobs/get';
export const MINUTE_MS = 60_000;
/** No job declares it: runs have to be found without our id. */
export const UNDECLARED = { runIdParameter: 'portal_run' };

/** Starts jobs in several ways, and reads them as the portal does. */
export class JobReader {
  private requestsBefore = 0;

  constructor(readonly workspace: TestWorkspace) {}

  async read(jobs: KnownJob[], settings = {}): Promise<JobReading[]> {
    const { databricks } = this.workspace;
    this.requestsBefore = (await databricks.requests()).length;
    const readings = await this.workspace
      .open(settings)
      .readJobs(await this.workspace.callAsReader(), jobs);
    if (readings.size !== jobs.length)
      throw new Error(`${readings.size} answers for ${jobs.length} jobs`);
    return jobs.map(({ runId }) => readings.get(runId)!);
  }

  /** What was asked about jobs when they were read last. */
  async asked(): Promise<string[]> {
    const requests = await this.workspace.databricks.requests();
    return requests
      .slice(this.requestsBefore)
      .map(({ path }) => path)
      .filter(path => path.includes('/jobs/'));
  }

  /** A start that the platform took, known by its platform run id. */
  async startKnown(
    job = aStart(),
    settings = {},
  ): Promise<KnownJob & { platformRunId: string }> {
    const { platformRunId } = await this.workspace
      .open(settings)
      .start(await this.workspace.callAs('ada'), job);
    return { ...knownJob(job), platformRunId };
  }

  /** A start that the platform took and whose answer was lost. */
  async startLost(job = aStart(), settings = {}): Promise<KnownJob> {
    await this.workspace.databricks.fault({
      path: RUN_NOW,
      count: 1,
      effect: 'drop',
      commit: true,
    });
    const error = await this.workspace.failureOf(
      this.workspace
        .open(settings)
        .start(await this.workspace.callAs('ada'), job),
    );
    if (error.refused) throw error;
    return knownJob(job);
  }

  /** A run of any job that is known as ours. */
  async strangersRunOf(jobId: string): Promise<KnownJob> {
    const { runId } = await this.workspace.databricks.startStrangersRun({
      jobId,
    });
    return knownJob(aStart({ job: `job/${jobId}` }), { platformRunId: runId });
  }
}
