import { randomUUID } from 'node:crypto';
import type {
  AuthService,
  LoggerService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Secret } from 'backstage-plugin-modelops-node';
import type { Knex } from 'knex';
import { AccessPolicy } from './access/AccessPolicy';
import { RolesInEffect } from './access/RolesInEffect';
import type { AuditLedger } from './audit/AuditLedger';
import { SYSTEM_ACTOR } from './audit/auditEntry';
import { RefusalMeter } from './audit/RefusalMeter';
import { RequestJournal } from './audit/RequestJournal';
import type { ModelopsConfig } from './config';
import { CredentialBroker } from './credentials/CredentialBroker';
import { callerFacts } from './identity/Caller';
import { IdentityVerifier } from './identity/IdentityVerifier';
import { OpenIdProvider } from './identity/OpenIdProvider';
import { WorkloadIdentity } from './identity/WorkloadIdentity';
import { ChangeGate } from './models/ChangeGate';
import { RegisteredModelsService } from './ingestion/RegisteredModelsService';
import { FormReader } from './models/FormReader';
import { ModelActions } from './models/ModelActions';
import { ModelCatalog } from './models/ModelCatalog';
import { ModelService } from './models/ModelService';
import {
  ConnectionRegistry,
  type PlatformRegistry,
} from './platforms/ConnectionRegistry';
import { PlatformReader } from './reading/PlatformReader';
import { JobService } from './runs/JobService';
import { credentialFacts } from './runs/runEntries';
import { RunReconciler } from './runs/RunReconciler';
import { RunService } from './runs/RunService';
import { RunStore } from './runs/RunStore';
import { RunSubmitter } from './runs/RunSubmitter';
import { RunView } from './runs/RunView';
import { PredictionService } from './serving/PredictionService';
import { ServingService } from './serving/ServingService';
import { VersionService } from './versions/VersionService';

/** What the services stand on. Nothing here is of HTTP, and of Backstage only what answers questions. */
export interface Foundations {
  config: ModelopsConfig;
  platforms: PlatformRegistry;
  db: Knex;
  ledger: AuditLedger;
  /** Key of the keyed hashes in entries. */
  hashKey: Secret;
  catalog: CatalogService;
  auth: AuthService;
  permissions: PermissionsService;
  clock: () => Date;
  logger: LoggerService;
}

/** Everything the routes and the scheduled tasks call. */
export type Services = ReturnType<typeof createServices>;

/** Builds each service once, in the order they need one another. Calls nobody. */
export function createServices(foundations: Foundations) {
  const { config, platforms, db, ledger, hashKey } = foundations;
  const { catalog, auth, permissions, clock, logger } = foundations;
  // Leases are of two in one process, who submits and who reads: a submit that was overtaken must not find its run leased by
  // the reader and take that for its own lease.
  const submitterId = randomUUID();
  const readerId = randomUUID();
  const meter = new RefusalMeter({
    clock,
    recordSuppressed: async suppressed => {
      await ledger.record({ ...suppressed, code: 'refusals.suppressed' });
    },
  });
  const journal = new RequestJournal({ ledger, meter });

  const provider = new OpenIdProvider({
    config: config.identity,
    clock,
    logger,
  });
  const verifier = new IdentityVerifier({
    config: config.identity,
    clock,
    logger,
    provider,
  });
  const workload = new WorkloadIdentity({
    config: config.identity.workload,
    clock,
    provider,
  });
  const credentials = new CredentialBroker({
    exchangers: platforms.exchangers,
    workloadToken: async signal => (await workload.getToken(signal)).token,
    recordIssued: (holder, connection, credential) =>
      ledger.record({
        ...(holder === 'portal'
          ? { actor: SYSTEM_ACTOR }
          : callerFacts(holder)),
        ...credentialFacts(credential),
        code: 'credential.issued',
        connections: [connection.id],
      }),
    clock,
  });

  const roles = new RolesInEffect(config.mapping, clock(), config.warnings);
  const access = new AccessPolicy({ permissions, roles });
  const connections = new ConnectionRegistry(
    config.connections.values(),
    platforms.platforms,
  );
  const models = new ModelCatalog({
    catalog,
    auth,
    trustedLocations: config.trustedLocations,
  });
  const runs = new RunStore(db);
  const view = new RunView({
    runs,
    ledger,
    catalog: models,
    access,
    connections,
  });
  const forms = new FormReader({ credentials, clock });
  const actions = new ModelActions({
    catalog: models,
    connections,
    access,
    credentials,
  });
  const changes = new ChangeGate({
    actions,
    credentials,
    forms,
    runs,
    clock,
  });
  const modelService = new ModelService({
    catalog: models,
    connections,
    actions,
    forms,
    changes,
    newestRuns: view.newestRuns,
    ledger,
    journal,
  });
  const submitter = new RunSubmitter({
    credentials,
    runs,
    ledger,
    owner: submitterId,
    clock,
    logger,
  });
  const runService = new RunService({
    actions,
    changes,
    runs,
    view,
    submitter,
    ledger,
    journal,
    hashKey,
    owner: submitterId,
    newId: randomUUID,
    clock,
  });
  const jobs = new JobService({
    actions,
    credentials,
    connections,
    runs,
    view,
    ledger,
    journal,
    clock,
  });
  const reader = new PlatformReader({ credentials, clock });
  const serving = new ServingService({
    actions,
    connections,
    reader,
    runs,
    ledger,
    journal,
  });
  const versions = new VersionService({
    actions,
    reader,
    serving,
    runs,
    ledger,
    journal,
  });
  const predictions = new PredictionService({
    actions,
    credentials,
    reader,
    ledger,
    journal,
    hashKey,
    clock,
  });
  const reconciler = new RunReconciler({
    runs,
    ledger,
    connections,
    credentials,
    owner: readerId,
    clock,
    logger,
  });
  const registered = new RegisteredModelsService({ connections, credentials });
  return {
    access,
    jobs,
    journal,
    meter,
    models: modelService,
    predictions,
    reconciler,
    registered,
    roles,
    runs: runService,
    serving,
    verifier,
    versions,
    view,
  };
}
