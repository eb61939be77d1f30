import {
  ApiBlueprint,
  createFrontendPlugin,
} from '@backstage/frontend-plugin-api';
import { idTokenApiFactory, modelopsApiFactory } from './apiFactories';
import { entityMlRunsRouteRef, rootRouteRef } from './routes';

const clientApi = ApiBlueprint.make({
  name: 'client',
  params: define => define(modelopsApiFactory),
});

const idTokenApi = ApiBlueprint.make({
  name: 'id-token',
  params: define => define(idTokenApiFactory),
});

/** Train on the page of a model, all runs, and the audit ledger; for the new frontend system. @public */
export const modelopsFrontendPlugin = createFrontendPlugin({
  pluginId: 'modelops',
  title: 'Model operations',
  info: { packageJson: () => import('../package.json') },
  extensions: [clientApi, idTokenApi],
  routes: { root: rootRouteRef, entityMlRuns: entityMlRunsRouteRef },
});
