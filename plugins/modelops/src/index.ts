/**
 * Train on the catalog page of a machine-learning model, as the person who clicked.
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
  EntityMlRunsContent,
  EntityTrainCard,
  ModelopsPage,
  modelopsPlugin,
} from './legacy';
export { isModelopsAvailable } from './isModelopsAvailable';
