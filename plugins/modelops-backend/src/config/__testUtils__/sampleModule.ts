import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { modelopsPlatformsExtensionPoint } from 'backstage-plugin-modelops-node';
import { sampleModules } from './modules';

/** The sample platform and its exchangers, as a package of a platform would bring them. */
export default createBackendModule({
  pluginId: 'modelops',
  moduleId: 'sample',
  register({ registerInit }) {
    registerInit({
      deps: {
        platforms: modelopsPlatformsExtensionPoint,
        logger: coreServices.logger,
        lifecycle: coreServices.lifecycle,
        scheduler: coreServices.scheduler, // may be kept for later, as a real platform might
      },
      async init({ platforms, logger, lifecycle }) {
        logger.child({ module: 'sample' }).info('Registering');
        lifecycle.addStartupHook(() => {
          throw new Error('A check starts nothing');
        });
        sampleModules.platforms.forEach(one => platforms.addPlatform(one));
        sampleModules.exchangers.forEach(one => platforms.addExchanger(one));
      },
    });
  },
});
