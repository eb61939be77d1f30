import {
  Secret,
  type Connection,
  type Credential,
  type PlatformCall,
  type PlatformConnection,
  type PlatformError,
} from 'backstage-plugin-modelops-node';
import { TokenWatch } from 'backstage-plugin-modelops-node/testUtils';
import {
  startSimulators,
  type Person,
  type Simulators,
  type StartSimulatorsOptions,
} from 'modelops-simulators';
import { GoogleExchanger } from '../google/GoogleExchanger';
import { VertexPlatform } from '../VertexPlatform';

export const READER = 'modelops-reader@ml-demo.iam.gserviceaccount.com';
export const WORKFORCE_PROVIDER =
  '//iam.googleapis.com/locations/global/workforcePools/acme/providers/idp';
export const WORKLOAD_PROVIDER =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/idp';

/** The simulated cloud with the module in front of it, and every token that was handed out. */
export class TestProject {
  private readonly platform = new VertexPlatform();
  private readonly exchanger = new GoogleExchanger(() => new Date());
  private readonly watch = new TokenWatch();

  private constructor(readonly simulators: Simulators) {}

  static async start(
    options: StartSimulatorsOptions = {},
  ): Promise<TestProject> {
    const simulators = await startSimulators(options);
    // Answers wait until the demo's versions are trained, which takes longer on a busy machine than a request may.
    await fetch(
      `${simulators.google.host}/v1/projects/ml-demo/locations/europe-west4/models`,
    );
    return new TestProject(simulators);
  }

  get google() {
    return this.simulators.google;
  }

  get idp() {
    return this.simulators.idp;
  }

  async reset(): Promise<void> {
    this.watch.clear();
    await this.google.reset();
    await this.idp.reset();
  }

  close(): Promise<void> {
    return this.simulators.close();
  }

  connection(settings: Record<string, unknown> = {}): Connection {
    const { host } = this.google;
    return {
      id: 'vertex-demo',
      platform: 'vertex-ai',
      settings: this.platform.settings.parse({
        project: 'ml-demo',
        location: 'europe-west4',
        host,
        stsHost: host,
        iamCredentialsHost: host,
        loggingHost: host,
        storageHost: host,
        ...settings,
      }),
    };
  }

  open(settings: Record<string, unknown> = {}): PlatformConnection {
    return this.platform.connect(this.connection(settings));
  }

  /** The credential of a person, from a good ID token unless told; or of the account that it becomes. */
  async exchange(
    person: Person,
    options: {
      token?: string;
      claims?: Record<string, unknown>;
      as?: string;
      settings?: Record<string, unknown>;
      connection?: Record<string, unknown>;
    } = {},
  ): Promise<Credential> {
    const token = this.watch.seen(
      options.token ?? (await this.idp.signIdToken(person)),
    );
    const claims = options.claims ?? claimsOf(`${person}@acme.example`);
    const credential = await this.exchanger.exchange({
      connection: this.connection(options.connection),
      settings: {
        ...this.exchanger.userSettings.parse({
          audience: WORKFORCE_PROVIDER,
          userProject: '123456789012',
        }),
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

  /** A call as a person, from a good ID token. */
  async callAs(person: Person): Promise<PlatformCall> {
    return {
      credential: await this.exchange(person),
      signal: AbortSignal.timeout(20_000),
    };
  }

  /** A call as the portal itself. */
  async callAsReader(): Promise<PlatformCall> {
    const token = await this.idp.signIdToken('ada', {
      claims: { sub: 'backstage-reader', aud: 'databricks-demo' },
    });
    const credential = await this.exchanger.exchange({
      connection: this.connection(),
      settings: this.exchanger.readerSettings.parse({
        audience: WORKLOAD_PROVIDER,
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
}

/** Claims of an ID token that vouches for the address. */
export function claimsOf(email: string): Record<string, unknown> {
  return { email, email_verified: true };
}
