import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { modelopsPermissions } from 'backstage-plugin-modelops-common';
import { modelopsPlatformsExtensionPoint } from 'backstage-plugin-modelops-node';
import { AuditLedger } from './audit/AuditLedger';
import { AuditService } from './audit/AuditService';
import { copyToAuditor } from './audit/copyToAuditor';
import { createAuditServices } from './auditServices';
import { readModelopsConfig } from './config';
import { openDatabase } from './database/migrate';
import { sharedKey } from './database/sharedKey';
import { followRoles } from './followRoles';
import { PlatformRegistry } from './platforms/ConnectionRegistry';
import { createHandlers } from './routes/handlers';
import { createRouter } from './routes/createRouter';
import { RequestCallers } from './routes/requestCaller';
import { createServices } from './services';

/** How often open runs are looked at. Each run has its own pause on top. */
const RECONCILE_FREQUENCY = { seconds: 5 };
const RECONCILE_TIMEOUT = { seconds: 50 };
/** How often it is looked whether a checkpoint is due, or waits to be delivered. */
const SEAL_FREQUENCY = { seconds: 10 };
const SEAL_TIMEOUT = { minutes: 10 };
const ARCHIVE_FREQUENCY = { hours: 1 };
const ARCHIVE_TIMEOUT = { minutes: 50 };

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
        const modules = {
          platforms: [...platforms.platforms.values()],
          exchangers: [...platforms.exchangers.values()],
        };
        const config = readModelopsConfig(services.rootConfig, {
          ...modules,
          production: process.env.NODE_ENV === 'production',
        });
        services.permissionsRegistry.addPermissions(modelopsPermissions);

        const clock = () => new Date();
        const db = await openDatabase(services.database);
        const hashKey =
          config.audit.hashKey ?? (await sharedKey(db, 'audit-hash', clock));

        const ledger = new AuditLedger({
          db,
          clock,
          logger,
          onCommitted: copyToAuditor(services.auditor, logger),
        });
        const keeping = await createAuditServices({
          config: config.audit,
          db,
          ledger,
          clock,
          logger,
        });
        const app = createServices({
          config,
          platforms,
          db,
          ledger,
          hashKey,
          catalog,
          auth,
          permissions,
          clock,
          logger,
        });

        await followRoles({
          root: services.rootConfig,
          config,
          modules,
          roles: app.roles,
          db,
          ledger,
          hashKey,
          clock,
          logger,
          lifecycle: services.lifecycle,
        });

        await services.scheduler.scheduleTask({
          id: 'modelops-follow-runs',
          frequency: RECONCILE_FREQUENCY,
          timeout: RECONCILE_TIMEOUT,
          scope: 'global',
          fn: signal => app.reconciler.tick(signal),
        });
        await services.scheduler.scheduleTask({
          id: 'modelops-count-refusals',
          frequency: { seconds: 30 },
          timeout: { seconds: 20 },
          scope: 'local',
          fn: () => app.meter.flush(clock().getTime()),
        });
        await services.scheduler.scheduleTask({
          id: 'modelops-seal-audit',
          frequency: SEAL_FREQUENCY,
          timeout: SEAL_TIMEOUT,
          scope: 'global',
          fn: async () => {
            await keeping.sealer.seal();
            await keeping.delivery.deliver();
          },
        });
        if (keeping.archive) {
          await services.scheduler.scheduleTask({
            id: 'modelops-archive-audit',
            frequency: ARCHIVE_FREQUENCY,
            timeout: ARCHIVE_TIMEOUT,
            scope: 'global',
            fn: () => keeping.archive!.archive(),
          });
        }
        // The key in use has signed the newest checkpoint from the start on, and leaves no tail behind at the end.
        await keeping.sealer.seal('now');
        services.lifecycle.addShutdownHook(async () => {
          await app.meter.flush();
          await keeping.sealer.seal('now');
          await keeping.delivery.deliver();
        });

        services.httpRouter.use(
          createRouter({
            handlers: createHandlers({
              models: app.models,
              runs: app.runs,
              jobs: app.jobs,
              view: app.view,
              versions: app.versions,
              serving: app.serving,
              predictions: app.predictions,
              access: app.access,
              registered: app.registered,
              audit: new AuditService({
                ledger,
                store: keeping.store,
                verifier: keeping.verifier,
                journal: app.journal,
                decide: caller =>
                  app.access.decide(caller, { action: 'audit' }),
                clock,
              }),
            }),
            callers: new RequestCallers({
              httpAuth,
              userInfo,
              auth,
              catalog,
              identity: config.identity,
              verifier: app.verifier,
              journal: app.journal,
            }),
            logger,
          }),
        );
      },
    });
  },
});
