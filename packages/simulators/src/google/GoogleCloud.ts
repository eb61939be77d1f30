import {
  defaultGoogleBehaviour,
  type FederationProvider,
  type Grant,
  type GoogleBehaviour,
} from '../handles/googleTypes';
import { PageTokens } from '../server/PageTokens';
import { demoGrants } from './demoGrants';
import type { VertexEndpoint } from './serving/endpoints';
import { invalidArgument, type RpcStatus } from './googleErrors';
import { GoogleSessions } from './GoogleSessions';
import { demoProviders } from './identity/demoProviders';
import type { LogEntry } from './logging/logEntries';
import type { VertexModel } from './models/vertexModels';
import type { Operation } from './operations/operations';
import { DEPLOYER, READER, TRAINER } from './principals';
import type { ServingPlans } from './serving/ServingPlans';
import { demoObjects } from './storage/objects';
import type { TrainingJob } from './training/jobs';

/** Everything the simulated project remembers. */
export class GoogleCloud {
  readonly behaviour: GoogleBehaviour = { ...defaultGoogleBehaviour };
  readonly sessions = new GoogleSessions(() => this.now());
  readonly pageTokens = new PageTokens(() =>
    invalidArgument('The page token is invalid.'),
  );
  readonly serviceAccounts: readonly string[] = [READER, TRAINER, DEPLOYER];
  grants: Grant[] = demoGrants();
  providers: FederationProvider[];
  /** Custom and pipeline jobs by resource name, oldest first. */
  readonly jobs = new Map<string, TrainingJob>();
  /** The next job that somebody creates will run, and then fail with this. */
  failNextJob: RpcStatus | undefined;
  readonly logEntries: LogEntry[] = [];
  lastInsertId = 0;
  /** Registered models by id. */
  readonly models = new Map<string, VertexModel>();
  /** Endpoints by id. */
  readonly endpoints = new Map<string, VertexEndpoint>();
  /** What tests have decided about the next changes of endpoints. */
  readonly servingPlans: ServingPlans = {};
  /** Objects of Cloud Storage by `bucket/object`. */
  readonly objects = demoObjects();
  /** Long-running operations by name. */
  readonly operations = new Map<string, Operation>();
  private seeding: Promise<void> | undefined;

  /**
   * @param url - where it listens
   * @param seed - adds the versions that exist before the first training, and what serves them
   */
  constructor(
    readonly url: string,
    issuer: string,
    private readonly seed: (cloud: GoogleCloud) => Promise<void>,
  ) {
    this.providers = demoProviders(issuer);
  }

  /** Settled when that is there. It takes seconds, so it begins when something first needs it. */
  get seeded(): Promise<void> {
    this.seeding ??= this.seed(this);
    return this.seeding;
  }

  /** Google's own time in epoch milliseconds. */
  now(): number {
    return Date.now() + this.behaviour.clockOffsetSeconds * 1000;
  }

  /** The same as the APIs write it. */
  timestamp(): string {
    return new Date(this.now()).toISOString();
  }
}
