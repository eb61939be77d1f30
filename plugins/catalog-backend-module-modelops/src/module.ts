import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import { durationToMilliseconds, type HumanDuration } from '@backstage/types';
import { KnownEntities } from './KnownEntities';
import { ModelEntityProvider } from './ModelEntityProvider';
import { ModelListing } from './ModelListing';
import type { IngestionConfig } from './IngestionConfig';
import { modelopsAsCatalog } from './modelopsAsCatalog';
import { readIngestionConfig } from './readIngestionConfig';

/** A sync that waits for a platform longer than this has little left to do its work in, in milliseconds. */
const LONGEST_PATIENCE_MS = 5 * 60_000;

/** Adds an entity provider for each entry of `catalog.providers.modelops`. @public */
export const catalogModuleModelops = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'modelops',
  register({ registerInit }) {
    registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        logger: coreServices.logger,
        processing: catalogProcessingExtensionPoint,
        scheduler: coreServices.scheduler,
      },
      async init({ config, processing, scheduler, ...services }) {
        for (const provider of readIngestionConfig(config)) {
          processing.addEntityProvider(
            new ModelEntityProvider({
              config: provider,
              listing: new ModelListing({
                connection: provider.connection,
                open: signal => modelopsAsCatalog({ ...services, signal }),
                patienceMs: patienceOf(provider),
                logger: services.logger,
              }),
              known: new KnownEntities(services),
              schedule: scheduler.createScheduledTaskRunner(provider.schedule),
              logger: services.logger,
            }),
          );
        }
      },
    });
  },
});

/** Half the time of a sync, and at most some minutes. */
function patienceOf({ schedule }: IngestionConfig): number {
  const timeoutMs = durationToMilliseconds(schedule.timeout as HumanDuration);
  return Math.min(timeoutMs / 2, LONGEST_PATIENCE_MS);
}
