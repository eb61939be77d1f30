/**
 * Train, Deploy and Serve on the catalog page of a machine-learning model, as the person who clicked.
 *
 * @packageDocumentation
 */
export { modelopsFrontendPlugin as default } from './plugin';
export { modelopsApiRef } from './api';
export {
  modelopsIdTokenApiRef,
  ProviderIdToken,
  type ModelopsIdTokenApi,
  type ProviderIdTokenOptions,
} from './idTokenApi';
export {
  EntityDeployCard,
  EntityMlRunsContent,
  EntityServeCard,
  EntityTrainCard,
  EntityVersionsContent,
  ModelopsPage,
  modelopsPlugin,
} from './legacy';
export { isModelopsAvailable } from './isModelopsAvailable';
