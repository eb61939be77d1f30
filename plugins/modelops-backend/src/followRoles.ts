import type {
  LifecycleService,
  LoggerService,
  RootConfigService,
} from '@backstage/backend-plugin-api';
import type { Secret } from 'backstage-plugin-modelops-node';
import type { Knex } from 'knex';
import { MappingHistory } from './access/MappingHistory';
import { RoleMappingReloader } from './access/RoleMappingReloader';
import type { RolesInEffect } from './access/RolesInEffect';
import type { AuditLedger } from './audit/AuditLedger';
import {
  ConfigurationFeed,
  type ModelopsConfig,
  type Modules,
  StartedConfiguration,
} from './config';

/** Records the roles of the start, and puts changed ones into effect for as long as the backend runs (design §4). */
export async function followRoles(options: {
  root: RootConfigService;
  config: ModelopsConfig;
  modules: Modules;
  roles: RolesInEffect;
  db: Knex;
  ledger: AuditLedger;
  hashKey: Secret;
  clock: () => Date;
  logger: LoggerService;
  lifecycle: LifecycleService;
}): Promise<void> {
  const { root, config, modules, roles, clock, logger, lifecycle } = options;
  const started = new StartedConfiguration(root, config, modules);
  const reloader = new RoleMappingReloader({
    roles,
    history: new MappingHistory(options),
    clock,
    logger,
  });
  await reloader.start();
  const feed = await ConfigurationFeed.open({ root, logger });
  feed.start(async reading => {
    const change = await started.changeTo(reading);
    void reloader.consider(change); // may wait for the ledger, while there is something newer to read
  });
  lifecycle.addShutdownHook(() => {
    feed.stop();
    reloader.stop();
  });
}
