import {
  createComponentExtension,
  createPlugin,
  createRoutableExtension,
  createRouteRef,
} from '@backstage/core-plugin-api';
import { idTokenApiFactory, modelopsApiFactory } from './apiFactories';

const rootRouteRef = createRouteRef({ id: 'modelops' });
const entityVersionsRouteRef = createRouteRef({
  id: 'modelops:entity-versions',
});
const entityMlRunsRouteRef = createRouteRef({ id: 'modelops:entity-ml-runs' });

/** The plugin for an app of the legacy frontend system. @public */
export const modelopsPlugin = createPlugin({
  id: 'modelops',
  apis: [modelopsApiFactory, idTokenApiFactory],
  routes: {
    root: rootRouteRef,
    entityVersions: entityVersionsRouteRef,
    entityMlRuns: entityMlRunsRouteRef,
  },
});

/** Card Train for an entity page of the legacy frontend system. @public */
export const EntityTrainCard: () => JSX.Element = modelopsPlugin.provide(
  createComponentExtension({
    name: 'EntityTrainCard',
    component: {
      lazy: () =>
        import('./cards/EntityTrainCard').then(m => m.EntityTrainCard),
    },
  }),
);

/** Card Deploy for an entity page of the legacy frontend system. @public */
export const EntityDeployCard: () => JSX.Element = modelopsPlugin.provide(
  createComponentExtension({
    name: 'EntityDeployCard',
    component: {
      lazy: () =>
        import('./cards/EntityDeployCard').then(m => m.EntityDeployCard),
    },
  }),
);

/** Card Serve for an entity page of the legacy frontend system. @public */
export const EntityServeCard: () => JSX.Element = modelopsPlugin.provide(
  createComponentExtension({
    name: 'EntityServeCard',
    component: {
      lazy: () =>
        import('./cards/EntityServeCard').then(m => m.EntityServeCard),
    },
  }),
);

/** Tab Versions for an entity page of the legacy frontend system. @public */
export const EntityVersionsContent: () => JSX.Element = modelopsPlugin.provide(
  createRoutableExtension({
    name: 'EntityVersionsContent',
    component: () =>
      import('./pages/EntityVersions').then(m => m.EntityVersions),
    mountPoint: entityVersionsRouteRef,
  }),
);

/** Tab ML runs for an entity page of the legacy frontend system. @public */
export const EntityMlRunsContent: () => JSX.Element = modelopsPlugin.provide(
  createRoutableExtension({
    name: 'EntityMlRunsContent',
    component: () => import('./pages/EntityMlRuns').then(m => m.EntityMlRuns),
    mountPoint: entityMlRunsRouteRef,
  }),
);

/** Page with all runs and the audit ledger for the legacy frontend system. @public */
export const ModelopsPage: () => JSX.Element = modelopsPlugin.provide(
  createRoutableExtension({
    name: 'ModelopsPage',
    component: () => import('./pages/ModelopsPage').then(m => m.ModelopsPage),
    mountPoint: rootRouteRef,
  }),
);
