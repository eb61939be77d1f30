import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import {
  PlatformError,
  Secret,
  type Connection,
  type KnownJob,
  type PlatformCall,
  type PlatformConnection,
  type StartJob,
} from 'backstage-plugin-modelops-node';
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
  private readonly tokens = new Set<string>();

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
    this.tokens.clear();
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
    const token = this.seen(
      options.token ?? (await this.idp.signIdToken(person)),
    );
    const credential = await this.exchanger.exchange({
      connection: this.connection(options.connection),
      settings: {
        ...this.exchanger.userSettings.parse(options.settings ?? {}),
        ...options.settings,
      },
      subjectToken: new Secret(token),
      wanted: options.as
        ? { kind: 'service-principal', id: options.as }
        : {
            kind: 'person',
            claims: options.claims ?? claimsOf(`${person}@acme.example`),
          },
      signal: AbortSignal.timeout(20_000),
    });
    this.seen(credential.accessToken.reveal());
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
    return {
      credential: await this.exchange('ada', {
        token,
        as: READER,
        settings: this.exchanger.readerSettings.parse({
          servicePrincipal: READER,
        }),
      }),
      signal: AbortSignal.timeout(20_000),
    };
  }

  /** The error of something that has to fail. No token we ever held may be found in it. */
  async failureOf(doing: Promise<unknown>): Promise<PlatformError> {
    const error = await doing.then(
      () => new Error('It did not fail'),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof PlatformError)) throw error;
    const shown = [
      error.message,
      error.stack,
      inspect(error, { showHidden: true, depth: 12 }),
      JSON.stringify(error),
    ].join('\n');
    const leaked = [...this.tokens]
      .flatMap(token => [token, ...token.split('.').slice(-1)])
      .filter(piece => piece.length > 10) // an unsigned token has an empty signature
      .flatMap(piece => [
        piece,
        encodeURIComponent(piece),
        Buffer.from(piece).toString('base64'),
      ])
      .some(piece => shown.includes(piece));
    if (leaked) throw new Error('A token is in the error');
    return error;
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

  private seen(token: string): string {
    this.tokens.add(token);
    return token;
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

/** What the backend knows of a start that was sent just now. */
export function known(
  job: StartJob & { principal: string },
  change: Partial<KnownJob> = {},
): KnownJob {
  return {
    ...job,
    notBefore: new Date(Date.now() - 5_000),
    notAfter: new Date(Date.now() + 5_000),
    claimed: new Set(),
    ...change,
  };
}
