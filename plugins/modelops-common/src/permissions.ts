import { createPermission } from '@backstage/plugin-permission-common';

/** Resource type of catalog entities. Source: RESOURCE_TYPE_CATALOG_ENTITY of plugin-catalog-common. */
const CATALOG_ENTITY = 'catalog-entity';

/** See versions, runs and forms of a model. @public */
export const modelReadPermission = createPermission({
  name: 'modelops.model.read',
  attributes: { action: 'read' },
  resourceType: CATALOG_ENTITY,
});
/** Start a training. @public */
export const modelTrainPermission = createPermission({
  name: 'modelops.model.train',
  attributes: { action: 'create' },
  resourceType: CATALOG_ENTITY,
});
/** Put a version on an endpoint. @public */
export const modelDeployPermission = createPermission({
  name: 'modelops.model.deploy',
  attributes: { action: 'update' },
  resourceType: CATALOG_ENTITY,
});
/** Steer what an endpoint serves. @public */
export const modelServePermission = createPermission({
  name: 'modelops.model.serve',
  attributes: { action: 'update' },
  resourceType: CATALOG_ENTITY,
});
/** Ask a served model. @public */
export const modelPredictPermission = createPermission({
  name: 'modelops.model.predict',
  attributes: { action: 'read' },
  resourceType: CATALOG_ENTITY,
});
/** Cancel a run. @public */
export const runCancelPermission = createPermission({
  name: 'modelops.run.cancel',
  attributes: { action: 'update' },
  resourceType: CATALOG_ENTITY,
});
/** Read the audit ledger. @public */
export const auditReadPermission = createPermission({
  name: 'modelops.audit.read',
  attributes: { action: 'read' },
});
/** See the access of others, check connections. @public */
export const administerPermission = createPermission({
  name: 'modelops.administer',
  attributes: { action: 'update' },
});

/** Permission of each action of the role mapping that concerns an entity. @public */
export const ENTITY_PERMISSIONS = {
  read: modelReadPermission,
  train: modelTrainPermission,
  deploy: modelDeployPermission,
  serve: modelServePermission,
  predict: modelPredictPermission,
  cancel: runCancelPermission,
} as const;

/** Every permission of modelops, for policies and role editors. @public */
export const modelopsPermissions = [
  ...Object.values(ENTITY_PERMISSIONS),
  auditReadPermission,
  administerPermission,
];
