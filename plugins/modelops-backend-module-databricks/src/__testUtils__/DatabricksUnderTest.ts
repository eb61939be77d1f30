import type {
  ContractCaller,
  ContractRequest,
  JobAtPlatform,
  PlantedJob,
  PlatformUnderTest,
  SpoiltAnswer,
} from 'backstage-plugin-modelops-node/testUtils';
import type { Connection, Credential } from 'backstage-plugin-modelops-node';
import type { Fault, FaultEffect, FaultMatch } from 'modelops-simulators';
import { DatabricksPlatform } from '../DatabricksPlatform';
import { aStart, PARAMETERS, TestWorkspace } from './workspace';

const REQUESTS: Record<ContractRequest, FaultMatch> = {
  start: { method: 'POST', path: '/api/2.2/jobs/run-now' },
  read: { method: 'GET', path: '/api/2.2/jobs/runs/*' },
  cancel: { method: 'POST', path: '/api/2.2/jobs/runs/cancel' },
};
const LIST = '/api/2.2/jobs/runs/list';

const ENDS = {
  succeeded: 'SUCCESS',
  failed: 'RUN_EXECUTION_ERROR',
  canceled: 'USER_CANCELED',
} as const;

/** The simulated workspace for the contract of a platform module. */
export class DatabricksUnderTest implements PlatformUnderTest {
  readonly platform = new DatabricksPlatform();
  readonly job = aStart();
  readonly otherParameters = { ...PARAMETERS, epochs: '50' };
  readonly spellings = {
    'job/8123': 'job/8123',
    'job/0008123': 'job/8123',
    'job/708062954842468123': 'job/708062954842468123',
    'model/Main.Fraud.detector_2': 'model/main.fraud.detector_2',
    'registered-model/Fraud Detector (v2)':
      'registered-model/Fraud Detector (v2)',
    'endpoint/fraud-live_2': 'endpoint/fraud-live_2',
  };
  readonly jobsPerPage = 24;
  readonly missingResource = { kind: 'job', canonical: 'job/777' };
  readonly invalidParameters = { ...PARAMETERS, more: '1' };
  private constructor(private readonly workspace: TestWorkspace) {}

  static async start(): Promise<DatabricksUnderTest> {
    return new DatabricksUnderTest(
      await TestWorkspace.start({ manualRuns: true }),
    );
  }

  get connection(): Connection {
    return this.workspace.connection();
  }

  get nobodyListens(): Connection {
    return this.workspace.connection({ host: 'http://127.0.0.1:9' });
  }

  async credential(caller: ContractCaller): Promise<Credential> {
    const { credential } = await {
      person: () => this.workspace.callAs('ada'),
      reader: () => this.workspace.callAsReader(),
      outsider: () => this.workspace.callAs('grace'),
    }[caller]();
    return credential;
  }

  async jobs(): Promise<JobAtPlatform[]> {
    const runs = await this.workspace.databricks.runs();
    return runs.map(({ runId, creator, parameters }) => ({
      platformRunId: runId,
      creator,
      parameters,
    }));
  }

  async requestCount(request?: ContractRequest): Promise<number> {
    const all = await this.workspace.databricks.requests();
    if (!request) return all.length;
    const { method, path } = REQUESTS[request];
    const begin = path.replace('*', '');
    return all.filter(
      entry => entry.method === method && entry.path.startsWith(begin),
    ).length;
  }

  async spoil(request: ContractRequest, answer: SpoiltAnswer): Promise<void> {
    await this.workspace.databricks.fault({
      ...REQUESTS[request],
      commit: answer.committed,
      count: answer.times,
      ...toFault(answer),
    });
  }

  unspoil(): Promise<void> {
    return this.workspace.databricks.clearFaults();
  }

  async plantJobs(jobs: readonly PlantedJob[]): Promise<string[]> {
    const ids: string[] = [];
    for (const { by, runId, parameters = PARAMETERS } of jobs) {
      const run = await this.workspace.databricks.startStrangersRun({
        creator: by === 'person' ? this.job.principal : undefined,
        parameters: {
          ...(parameters as Record<string, string>),
          ...(runId && { modelops_run_id: runId }),
        },
        idempotencyToken: runId,
      });
      ids.push(run.runId);
    }
    return ids;
  }

  async moveJob(
    runId: string,
    to: 'running' | keyof typeof ENDS,
  ): Promise<void> {
    await this.workspace.databricks.advanceRun(
      runId,
      to === 'running'
        ? { to: 'RUNNING' }
        : { to: 'TERMINATED', code: ENDS[to] },
    );
  }

  async settleJob(runId: string): Promise<void> {
    await this.workspace.databricks.advanceRun(runId, { to: 'TERMINATED' });
  }

  forgetJob(runId: string): Promise<void> {
    return this.workspace.databricks.forgetRun(runId);
  }

  async repeatPages(next: 'same' | 'new' | { link: string }): Promise<void> {
    const { databricks } = this.workspace;
    const page = (token: string): Fault => ({
      path: LIST,
      effect: 'body',
      body: JSON.stringify({ runs: [], next_page_token: token }),
    });
    if (next !== 'new')
      await databricks.fault(page(next === 'same' ? 'again' : next.link));
    else
      for (let at = 0; at < 500; at++)
        await databricks.fault({ ...page(`page-${at}`), count: 1 });
  }

  reset(): Promise<void> {
    return this.workspace.reset();
  }

  close(): Promise<void> {
    return this.workspace.close();
  }
}

function toFault(answer: SpoiltAnswer): FaultEffect & { latencyMs?: number } {
  switch (answer.kind) {
    case 'status':
      return {
        effect: 'status',
        status: answer.status,
        retryAfterSeconds: answer.retryAfterSeconds,
      };
    case 'lost':
      return { effect: 'drop' };
    case 'hanging':
      return { effect: 'drop', latencyMs: 40_000 };
    case 'sign-in page':
      return { effect: 'html' };
    case 'garbage':
      return { effect: 'not-json' };
    case 'half':
      return { effect: 'body', body: '{"run_id":12' };
    case 'redirect':
      return { effect: 'redirect', location: answer.location, status: 307 };
    default:
      return { effect: answer.kind };
  }
}
