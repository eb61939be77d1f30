import { createBackendModule } from '@backstage/backend-plugin-api';
import { modelopsPlatformsExtensionPoint } from 'backstage-plugin-modelops-node';
import { DatabricksExchanger } from './DatabricksExchanger';
import { DatabricksPlatform } from './DatabricksPlatform';

/** Adds the platform `databricks` and the exchange `databricks-federation` to modelops. @public */
export const modelopsModuleDatabricks = createBackendModule({
  pluginId: 'modelops',
  moduleId: 'databricks',
  register({ registerInit }) {
    registerInit({
      deps: { platforms: modelopsPlatformsExtensionPoint },
      async init({ platforms }) {
        platforms.addPlatform(new DatabricksPlatform());
        platforms.addExchanger(new DatabricksExchanger(() => new Date()));
      },
    });
  },
});
