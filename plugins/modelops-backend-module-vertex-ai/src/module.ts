import { createBackendModule } from '@backstage/backend-plugin-api';
import { modelopsPlatformsExtensionPoint } from 'backstage-plugin-modelops-node';
import { GoogleExchanger } from './google/GoogleExchanger';
import { VertexPlatform } from './VertexPlatform';

/** Adds the platform `vertex-ai` and the exchange `google-federation` to modelops. @public */
export const modelopsModuleVertexAi = createBackendModule({
  pluginId: 'modelops',
  moduleId: 'vertex-ai',
  register({ registerInit }) {
    registerInit({
      deps: { platforms: modelopsPlatformsExtensionPoint },
      async init({ platforms }) {
        platforms.addPlatform(new VertexPlatform());
        platforms.addExchanger(new GoogleExchanger(() => new Date()));
      },
    });
  },
});
