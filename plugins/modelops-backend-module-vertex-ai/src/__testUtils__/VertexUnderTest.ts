import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Connection, Credential } from 'backstage-plugin-modelops-node';
import type {
  ContractCaller,
  ContractRequest,
  JobAtPlatform,
  PlantedJob,
  PlatformUnderTest,
  SpoiltAnswer,
} from 'backstage-plugin-modelops-node/testUtils';
import {
  googlePerson,
  type Fault,
  type FaultEffect,
  type FaultMatch,
} from 'modelops-simulators';
import { personLabel } from '../training/jobToStart';
import { pipelineJobId } from '../training/startTraining';
import { VertexPlatform } from '../VertexPlatform';
import { TestProject } from './TestProject';
import {
  ADA,
  aStart,
  PARAMETERS,
  TEMPLATES,
  type TemplateName,
} from './trainings';

const STRANGER = googlePerson('mallory@acme.example');

/** The simulated cloud for the contract of a platform module, with jobs of one of the two kinds. */
export class VertexUnderTest implements PlatformUnderTest {
  readonly platform = new VertexPlatform();
  readonly otherParameters = { ...PARAMETERS, epochs: 3 };
  readonly spellings = {
    'training-template/forecast-weekly': 'training-template/forecast-weekly',
    'model/demand-forecast': 'model/demand-forecast',
    'model/0042': 'model/42',
    'endpoint/demand-forecast': 'endpoint/demand-forecast',
    'endpoint/007': 'endpoint/7',
  };
  readonly jobsPerPage = 100;
  readonly missingResource = {
    kind: 'training-template',
    canonical: 'training-template/nothing',
  };
  readonly invalidParameters = { ...PARAMETERS, more: 1 };
  readonly looksBeforeStart: true | undefined;
  readonly job;
  private readonly requests: Record<ContractRequest, FaultMatch>;

  private constructor(
    private readonly project: TestProject,
    /** Not one that fetch refuses to call at all, such as 9. */
    private readonly closedPort: number,
    private readonly template: TemplateName,
    private readonly kind: 'customJobs' | 'pipelineJobs',
  ) {
    this.job = aStart({ template });
    this.looksBeforeStart = kind === 'customJobs' ? true : undefined;
    const jobs = `/v1/projects/ml-demo/locations/europe-west4/${kind}`;
    this.requests = {
      start: { method: 'POST', path: jobs },
      read: { method: 'GET', path: `${jobs}*` },
      cancel: { method: 'POST', path: `${jobs}/*:cancel` },
    };
  }

  static async start(template: TemplateName): Promise<VertexUnderTest> {
    return new VertexUnderTest(
      await TestProject.start({ manualRuns: true }),
      await findClosedPort(),
      template,
      'customJob' in TEMPLATES[template] ? 'customJobs' : 'pipelineJobs',
    );
  }

  get connection(): Connection {
    return this.project.connection({ trainingTemplates: TEMPLATES });
  }

  get nobodyListens(): Connection {
    return this.project.connection({
      trainingTemplates: TEMPLATES,
      host: `http://127.0.0.1:${this.closedPort}`,
    });
  }

  async credential(caller: ContractCaller): Promise<Credential> {
    const { credential } = await {
      person: () => this.project.callAs('ada'),
      reader: () => this.project.callAsReader(),
      outsider: () => this.project.callAs('grace'),
    }[caller]();
    return credential;
  }

  async jobs(): Promise<JobAtPlatform[]> {
    const jobs = await this.project.google.jobs();
    return jobs.map(({ kind, id, creator, parameters }) => ({
      platformRunId: `${kind}/${id}`,
      creator,
      parameters,
    }));
  }

  async requestCount(request?: ContractRequest): Promise<number> {
    const all = await this.project.google.requests();
    if (!request) return all.length;
    const { method, path } = this.requests[request];
    const [begin, end = ''] = path.split('*');
    return all.filter(
      entry =>
        entry.method === method &&
        (path.includes('*')
          ? entry.path.startsWith(begin) && entry.path.endsWith(end)
          : entry.path === path),
    ).length;
  }

  async spoil(request: ContractRequest, answer: SpoiltAnswer): Promise<void> {
    await this.project.google.fault({
      ...this.requests[request],
      commit: answer.committed,
      count: answer.times,
      ...toFault(answer),
    });
  }

  unspoil(): Promise<void> {
    return this.project.google.clearFaults();
  }

  async plantJobs(jobs: readonly PlantedJob[]): Promise<string[]> {
    const ids: string[] = [];
    for (const { by, runId, parameters = PARAMETERS } of jobs) {
      const principal = by === 'person' ? ADA : STRANGER;
      const { epochs, learning_rate } = parameters;
      const job = await this.project.google.plantJob({
        kind: this.kind,
        by: principal,
        id:
          runId && this.kind === 'pipelineJobs'
            ? pipelineJobId(runId)
            : undefined,
        labels: {
          ...(runId && { 'modelops-run-id': runId }),
          'modelops-person': personLabel(principal),
          'modelops-template': this.template,
        },
        args: [
          '--epochs',
          String(epochs),
          '--learning-rate',
          String(learning_rate),
        ],
        env: { MODEL: 'demand-forecast', MODELOPS_RUN_ID: runId ?? '' },
        parameterValues: {
          epochs,
          learning_rate,
          model: 'demand-forecast',
          run_id: runId ?? '',
        },
      });
      ids.push(`${job.kind}/${job.id}`);
    }
    return ids;
  }

  async moveJob(
    platformRunId: string,
    to: 'running' | 'succeeded' | 'failed' | 'canceled',
  ): Promise<void> {
    await this.project.google.advanceJob(
      platformRunId,
      {
        running: { to: 'RUNNING' } as const,
        succeeded: { to: 'SUCCEEDED' } as const,
        failed: { to: 'FAILED' } as const,
        canceled: { code: 1 },
      }[to],
    );
  }

  async settleJob(platformRunId: string): Promise<void> {
    await this.project.google.advanceJob(platformRunId, { to: 'CANCELLED' });
  }

  forgetJob(platformRunId: string): Promise<void> {
    return this.project.google.forgetJob(platformRunId);
  }

  async repeatPages(next: 'same' | 'new' | { link: string }): Promise<void> {
    const { google } = this.project;
    const page = (nextPageToken: string): Fault => ({
      method: 'GET',
      path: this.requests.start.path,
      effect: 'body',
      body: JSON.stringify({ [this.kind]: [], nextPageToken }),
    });
    if (next !== 'new')
      await google.fault(page(next === 'same' ? 'again' : next.link));
    else
      for (let at = 0; at < 500; at++)
        await google.fault({ ...page(`page-${at}`), count: 1 });
  }

  reset(): Promise<void> {
    return this.project.reset();
  }

  close(): Promise<void> {
    return this.project.close();
  }
}

/** A port that was free a moment ago. */
async function findClosedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
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
      return { effect: 'body', body: '{"name":"projects/12' };
    case 'redirect':
      return { effect: 'redirect', location: answer.location, status: 307 };
    default:
      return { effect: answer.kind };
  }
}
