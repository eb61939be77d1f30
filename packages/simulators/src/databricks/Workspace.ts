import { DatabricksClock } from './DatabricksClock';
import { invalidParameter } from './errors';
import { demoFederationPolicies, type FederationPolicy } from './federation';
import { demoJobs, type Job } from './jobs';
import { demoLegacyModels, type LegacyModel } from './legacyModels';
import type { MlflowRun } from './mlflowRuns';
import { demoModels } from './demoModels';
import type { RegisteredModel } from './models';
import { demoPrincipals, FRAUD_RUN_AS, type Principal } from './principals';
import type { Run } from './runs';
import type { ServingEndpoint } from './serving/endpoints';
import {
  defaultBehaviour,
  type DatabricksBehaviour,
  type StrangersRunPlan,
} from '../handles/databricksTypes';
import type { ForeignEndpointChange } from '../handles/servingTypes';
import { PageTokens } from '../server/PageTokens';

/** Workspace id of the demo: what the header `x-databricks-org-id` says. */
export const WORKSPACE_ID = '1234567890123456';

/** Everything the simulated workspace remembers. */
export class Workspace {
  readonly behaviour: DatabricksBehaviour = { ...defaultBehaviour };
  readonly clock = new DatabricksClock(this.behaviour);
  readonly pageTokens = new PageTokens(() =>
    invalidParameter('Invalid page token'),
  );
  readonly principals: Principal[] = demoPrincipals();
  readonly jobs: Job[] = demoJobs();
  /** Registered models of Unity Catalog by full name, which is in lower case. */
  readonly models = new Map<string, RegisteredModel>(
    demoModels().map(model => [model.fullName, model]),
  );
  /** Schemas that exist, and who besides admins may create models in them. */
  readonly schemas = new Map<string, string[]>([
    ['main.fraud', ['ada@acme.example', FRAUD_RUN_AS]],
    ['main.growth', ['grace@acme.example']],
    ['main.hr', []],
    ['main.risk', ['ada@acme.example', FRAUD_RUN_AS]],
  ]);
  /** The workspace's own registry, from before Unity Catalog. */
  readonly legacyModels: LegacyModel[] = demoLegacyModels();
  /** Serving endpoints by name. */
  readonly endpoints = new Map<string, ServingEndpoint>();
  readonly runs = new Map<bigint, Run>();
  readonly mlflowRuns = new Map<string, MlflowRun>();
  /** Token → run, and what became of it: a token of a deleted run is never free again. */
  readonly idempotencyTokens = new Map<string, bigint>();
  /** Settled when the versions that exist before the first run are there, and what serves them. */
  seeded: Promise<void> = Promise.resolve();
  strangersRun: StrangersRunPlan | undefined;
  /** The next change of this endpoint, or of any, is rolled out in vain. */
  failNextUpdate: { endpoint?: string; message: string } | undefined;
  /** Made right before the next change of its endpoint that somebody asks for. */
  plantedChange: ({ endpoint: string } & ForeignEndpointChange) | undefined;
  federationPolicies: FederationPolicy[];

  constructor(readonly host: string, issuer: string) {
    this.federationPolicies = demoFederationPolicies(issuer);
  }

  findPrincipal(userName: string): Principal | undefined {
    const wanted = userName.toLowerCase();
    return this.principals.find(
      principal => principal.userName.toLowerCase() === wanted,
    );
  }

  findJob(jobId: bigint): Job | undefined {
    return this.jobs.find(job => job.jobId === jobId);
  }

  findModel(fullName: string): RegisteredModel | undefined {
    // Unity Catalog keeps names in lower case.
    return this.models.get(fullName.toLowerCase());
  }
}
