import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import { KnownEntities } from './KnownEntities';
import { ModelEntityProvider } from './ModelEntityProvider';
import { ModelListing } from './ModelListing';
import { modelopsAsCatalog } from './modelopsAsCatalog';
import { readIngestionConfig } from './readIngestionConfig';

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
