import { randomUUID } from 'node:crypto';
import {
  Secret,
  type Connection,
  type PlatformCall,
  type PlatformConnection,
  type PlatformError,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import { TokenWatch } from 'backstage-plugin-modelops-node/testUtils';
import {
  startSimulators,
  type Person,
  type Simulators,
  type StartSimulatorsOptions,
} from 'modelops-simulators';
import { DatabricksExchanger } from '../DatabricksExchanger';
import { DatabricksPlatform } from '../DatabricksPlatform';

export const READER = '11111111-1111-4111-8111-111111111111';
export const TRAINER = '22222222-2222-4222-8222-222222222222';
export const BIG_JOB = 'job/708062954842468123';

/** Parameters of a short training. */
export const PARAMETERS = {
  epochs: '2',
  learning_rate: '0.05',
  class_weight: 'balanced',
};

/** The simulated workspace with the module in front of it, and every token that was handed out. */
export class TestWorkspace {
  private readonly platform = new DatabricksPlatform();
  private readonly exchanger = new DatabricksExchanger(() => new Date());
  private readonly watch = new TokenWatch();

  private constructor(readonly simulators: Simulators) {}

  static async start(
    options: StartSimulatorsOptions = {},
  ): Promise<TestWorkspace> {
    return new TestWorkspace(await startSimulators(options));
  }

  get databricks() {
    return this.simulators.databricks;
  }

  get idp() {
    return this.simulators.idp;
  }

  async reset(): Promise<void> {
    this.watch.clear();
    await this.databricks.reset();
    await this.idp.reset();
  }

  close(): Promise<void> {
    return this.simulators.close();
  }

  connection(settings: Record<string, unknown> = {}): Connection {
    return {
      id: 'databricks-demo',
      platform: 'databricks',
      settings: { host: this.databricks.host, ...settings },
    };
  }

  open(settings: Record<string, unknown> = {}): PlatformConnection {
    return this.platform.connect(this.connection(settings));
  }

  /** The credential of a person, from a good ID token unless told. */
  async exchange(
    person: Person,
    options: {
      token?: string;
      claims?: Record<string, unknown>;
      as?: string;
      settings?: Record<string, unknown>;
      connection?: Record<string, unknown>;
    } = {},
  ) {
    const token = this.watch.seen(
      options.token ?? (await this.idp.signIdToken(person)),
    );
    const claims = options.claims ?? claimsOf(`${person}@acme.example`);
    const credential = await this.exchanger.exchange({
      connection: this.connection(options.connection),
      settings: {
        ...this.exchanger.userSettings.parse(options.settings ?? {}),
        ...options.settings,
      },
      subjectToken: new Secret(token),
      wanted: options.as
        ? { kind: 'service-principal', id: options.as, claims }
        : { kind: 'person', claims },
      signal: AbortSignal.timeout(20_000),
    });
    this.watch.seen(credential.accessToken.reveal());
    return credential;
  }

  async callAs(person: Person): Promise<PlatformCall> {
    return {
      credential: await this.exchange(person),
      signal: AbortSignal.timeout(20_000),
    };
  }

  /** The portal's own credential. */
  async callAsReader(): Promise<PlatformCall> {
    const token = await this.idp.signIdToken('ada', {
      claims: { sub: 'backstage-reader', aud: 'databricks-demo' },
    });
    const credential = await this.exchanger.exchange({
      connection: this.connection(),
      settings: this.exchanger.readerSettings.parse({
        servicePrincipal: READER,
      }),
      subjectToken: new Secret(this.watch.seen(token)),
      wanted: { kind: 'service-principal', id: READER },
      signal: AbortSignal.timeout(20_000),
    });
    this.watch.seen(credential.accessToken.reveal());
    return { credential, signal: AbortSignal.timeout(20_000) };
  }

  failureOf(doing: Promise<unknown>): Promise<PlatformError> {
    return this.watch.failureOf(doing);
  }

  /** Waits until the run is over. */
  async untilOver(runId: string): Promise<void> {
    for (let tries = 0; tries < 400; tries++) {
      const run = (await this.databricks.runs()).find(
        candidate => candidate.runId === runId,
      );
      if (run?.state === 'TERMINATED') return;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    throw new Error(`Run ${runId} did not end`);
  }
}

/** Claims of an ID token that vouches for the address. */
export function claimsOf(email: string): Record<string, unknown> {
  return { email, email_verified: true };
}

/** Whom the simulated jobs run as. */
const RUN_AS: ReadonlyMap<string, string> = new Map([
  ['job/8123', '33333333-3333-4333-8333-333333333333'],
  [BIG_JOB, 'ada@acme.example'],
  ['job/9001', 'alan@acme.example'],
]);

/** A start of the fraud training by ada, unless told. */
export function aStart(
  change: Partial<StartJob> & { job?: string; principal?: string } = {},
): StartJob & { principal: string } {
  const { job = 'job/8123', ...rest } = change;
  return {
    runId: randomUUID(),
    operation: 'start',
    resource: { kind: 'job', canonical: job },
    parameters: PARAMETERS,
    principal: 'ada@acme.example',
    jobRunsAs: RUN_AS.get(job),
    ...rest,
  };
}
