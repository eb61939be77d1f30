import { randomUUID } from 'node:crypto';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { modelopsPermissions } from 'backstage-plugin-modelops-common';
import { modelopsPlatformsExtensionPoint } from 'backstage-plugin-modelops-node';
import { AccessPolicy } from './access/AccessPolicy';
import { AuditLedger } from './audit/AuditLedger';
import { SYSTEM_ACTOR } from './audit/auditEntry';
import { copyToAuditor } from './audit/copyToAuditor';
import { RefusalMeter } from './audit/RefusalMeter';
import { RequestJournal } from './audit/RequestJournal';
import { readModelopsConfig } from './config';
import { CredentialBroker } from './credentials/CredentialBroker';
import { openDatabase } from './database/migrate';
import { sharedKey } from './database/sharedKey';
import { callerFacts } from './identity/Caller';
import { IdentityVerifier } from './identity/IdentityVerifier';
import { OpenIdProvider } from './identity/OpenIdProvider';
import { WorkloadIdentity } from './identity/WorkloadIdentity';
import { FormReader } from './models/FormReader';
import { ModelActions } from './models/ModelActions';
import { ModelCatalog } from './models/ModelCatalog';
import { ModelService } from './models/ModelService';
import {
  ConnectionRegistry,
  PlatformRegistry,
} from './platforms/ConnectionRegistry';
import { createHandlers } from './routes/handlers';
import { createRouter } from './routes/createRouter';
import { RequestCallers } from './routes/requestCaller';
import { JobService } from './runs/JobService';
import { credentialFacts } from './runs/runEntries';
import { RunReconciler } from './runs/RunReconciler';
import { RunService } from './runs/RunService';
import { RunStore } from './runs/RunStore';
import { RunSubmitter } from './runs/RunSubmitter';
import { RunView } from './runs/RunView';

/** How often open runs are looked at. Each run has its own pause on top. */
const RECONCILE_FREQUENCY = { seconds: 5 };
const RECONCILE_TIMEOUT = { seconds: 50 };

/** The gate of modelops: identity, roles, audit ledger, credentials and the run lifecycle. @public */
export const modelopsPlugin = createBackendPlugin({
  pluginId: 'modelops',
  register(env) {
    const platforms = new PlatformRegistry();
    env.registerExtensionPoint(modelopsPlatformsExtensionPoint, platforms);

    env.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        database: coreServices.database,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        rootConfig: coreServices.rootConfig,
        scheduler: coreServices.scheduler,
        userInfo: coreServices.userInfo,
      },
      async init(services) {
        const { auth, catalog, httpAuth, logger, permissions, userInfo } =
          services;
        const config = readModelopsConfig(services.rootConfig, {
          platforms: [...platforms.platforms.values()],
          exchangers: [...platforms.exchangers.values()],
          production: process.env.NODE_ENV === 'production',
        });
        for (const warning of config.warnings) logger.warn(warning);
        services.permissionsRegistry.addPermissions(modelopsPermissions);

        const clock = () => new Date();
        const owner = randomUUID();
        const db = await openDatabase(services.database);
        const hashKey =
          config.audit.hashKey ?? (await sharedKey(db, 'audit-hash', clock));

        const ledger = new AuditLedger({
          db,
          clock,
          logger,
          onCommitted: copyToAuditor(services.auditor, logger),
        });
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
          workloadToken: async signal =>
            (await workload.getToken(signal)).token,
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

        const access = new AccessPolicy({
          permissions,
          mapping: config.mapping,
        });
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
        const modelService = new ModelService({
          catalog: models,
          connections,
          actions,
          forms,
          newestRuns: view.newestRuns,
          ledger,
          journal,
        });
        const submitter = new RunSubmitter({
          credentials,
          runs,
          ledger,
          owner,
          clock,
          logger,
        });
        const runService = new RunService({
          actions,
          forms,
          runs,
          submitter,
          ledger,
          journal,
          hashKey,
          owner,
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
        const reconciler = new RunReconciler({
          runs,
          ledger,
          connections,
          credentials,
          owner,
          clock,
          logger,
        });

        await services.scheduler.scheduleTask({
          id: 'modelops-follow-runs',
          frequency: RECONCILE_FREQUENCY,
          timeout: RECONCILE_TIMEOUT,
          scope: 'global',
          fn: signal => reconciler.tick(signal),
        });
        await services.scheduler.scheduleTask({
          id: 'modelops-count-refusals',
          frequency: { seconds: 30 },
          timeout: { seconds: 20 },
          scope: 'local',
          fn: () => meter.flush(clock().getTime()),
        });
        services.lifecycle.addShutdownHook(() => meter.flush());

        services.httpRouter.use(
          createRouter({
            handlers: createHandlers({
              models: modelService,
              runs: runService,
              jobs,
              view,
              access,
              ledger,
            }),
            callers: new RequestCallers({
              httpAuth,
              userInfo,
              auth,
              catalog,
              identity: config.identity,
              verifier,
              journal,
            }),
            logger,
          }),
        );
      },
    });
  },
});
