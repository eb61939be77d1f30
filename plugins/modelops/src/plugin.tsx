import TrainIcon from '@mui/icons-material/ModelTraining';
import {
  ApiBlueprint,
  coreExtensionData,
  createFrontendPlugin,
  PageBlueprint,
  SubPageBlueprint,
} from '@backstage/frontend-plugin-api';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import { BINDING_ANNOTATIONS } from 'backstage-plugin-modelops-common';
import { idTokenApiFactory, modelopsApiFactory } from './apiFactories';
import { AUDIT_PATH, PageTabs } from './pages/PageTabs';
import {
  entityMlRunsRouteRef,
  entityVersionsRouteRef,
  rootRouteRef,
} from './routes';

const icon = <TrainIcon fontSize="inherit" />;
const TITLE = 'Model ops';

const clientApi = ApiBlueprint.make({
  name: 'client',
  params: define => define(modelopsApiFactory),
});

const idTokenApi = ApiBlueprint.make({
  name: 'id-token',
  params: define => define(idTokenApiFactory),
});

/** Predicate for entities that carry at least one of these annotations. */
function annotatedWithAny(annotations: readonly string[]) {
  return {
    $any: annotations.map(
      (annotation): Record<AnnotationPath, { $exists: boolean }> => ({
        [`metadata.annotations.${annotation}`]: { $exists: true },
      }),
    ),
  };
}

type AnnotationPath = `metadata.annotations.${string}`;

const trainCard = EntityCardBlueprint.make({
  name: 'train',
  params: {
    type: 'content',
    filter: annotatedWithAny([
      BINDING_ANNOTATIONS.train,
      BINDING_ANNOTATIONS.model,
    ]),
    loader: () =>
      import('./cards/EntityTrainCard').then(m => <m.EntityTrainCard />),
  },
});

const deployCard = EntityCardBlueprint.make({
  name: 'deploy',
  params: {
    type: 'content',
    filter: annotatedWithAny([
      BINDING_ANNOTATIONS.deploy,
      BINDING_ANNOTATIONS.model,
    ]),
    loader: () =>
      import('./cards/EntityDeployCard').then(m => <m.EntityDeployCard />),
  },
});

const serveCard = EntityCardBlueprint.make({
  name: 'serve',
  params: {
    type: 'content',
    // What is deployed is served there, unless an annotation says otherwise.
    filter: annotatedWithAny([
      BINDING_ANNOTATIONS.serve,
      BINDING_ANNOTATIONS.deploy,
      BINDING_ANNOTATIONS.model,
    ]),
    loader: () =>
      import('./cards/EntityServeCard').then(m => <m.EntityServeCard />),
  },
});

const versions = EntityContentBlueprint.make({
  name: 'versions',
  params: {
    path: '/versions',
    title: 'Versions',
    icon,
    routeRef: entityVersionsRouteRef,
    filter: annotatedWithAny([BINDING_ANNOTATIONS.model]),
    loader: () =>
      import('./pages/EntityVersions').then(m => <m.EntityVersions />),
  },
});

const mlRuns = EntityContentBlueprint.make({
  name: 'ml-runs',
  params: {
    path: '/ml-runs',
    title: 'ML runs',
    group: 'operation',
    icon,
    routeRef: entityMlRunsRouteRef,
    filter: annotatedWithAny(Object.values(BINDING_ANNOTATIONS)),
    loader: () => import('./pages/EntityMlRuns').then(m => <m.EntityMlRuns />),
  },
});

const page = PageBlueprint.makeWithOverrides({
  *factory(_original, { config, inputs }) {
    const title = config.title ?? TITLE;
    const pages = inputs.pages.map(subPage => ({
      path: subPage.get(coreExtensionData.routePath),
      title:
        subPage.get(coreExtensionData.title) ??
        subPage.get(coreExtensionData.routePath),
      element: subPage.get(coreExtensionData.reactElement),
    }));
    yield coreExtensionData.routePath(config.path ?? '/modelops');
    yield coreExtensionData.routeRef(rootRouteRef);
    yield coreExtensionData.title(title);
    yield coreExtensionData.icon(icon);
    yield coreExtensionData.reactElement(
      <PageTabs title={title} icon={icon} pages={pages} />,
    );
  },
});

const runsPage = SubPageBlueprint.make({
  name: 'runs',
  params: {
    path: 'runs',
    title: 'Runs',
    loader: () => import('./pages/RunsPage').then(m => <m.RunsPage />),
  },
});

const auditPage = SubPageBlueprint.make({
  name: 'audit',
  params: {
    path: AUDIT_PATH,
    title: 'Audit',
    loader: () => import('./pages/AuditPage').then(m => <m.AuditPage />),
  },
});

/** Train, Deploy, Serve and versions on the page of a model, all runs, and the audit ledger; for the new frontend system. @public */
export const modelopsFrontendPlugin = createFrontendPlugin({
  pluginId: 'modelops',
  title: TITLE,
  icon,
  info: { packageJson: () => import('../package.json') },
  extensions: [
    clientApi,
    idTokenApi,
    trainCard,
    deployCard,
    serveCard,
    versions,
    mlRuns,
    page,
    runsPage,
    auditPage,
  ],
  routes: {
    root: rootRouteRef,
    entityVersions: entityVersionsRouteRef,
    entityMlRuns: entityMlRunsRouteRef,
  },
});
