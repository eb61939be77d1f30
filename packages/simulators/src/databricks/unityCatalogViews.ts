import { createHash } from 'node:crypto';
import type { ModelVersion, RegisteredModel } from './models';
import { WORKSPACE_ID } from './Workspace';

const METASTORE_ID = '5c1f7a52-9a0e-4f0e-9a55-3f6f6a2f1c77';

/** RegisteredModelInfo. Lists leave the aliases out. */
export function registeredModelView(
  model: RegisteredModel,
  options: { aliases: boolean; browseOnly?: boolean },
): Record<string, unknown> {
  const [catalog, schema, name] = model.fullName.split('.');
  return {
    name,
    catalog_name: catalog,
    schema_name: schema,
    full_name: model.fullName,
    owner: model.owner,
    comment: model.comment,
    created_at: model.createdAt,
    created_by: model.createdBy,
    updated_at: model.updatedAt,
    updated_by: model.updatedBy,
    metastore_id: METASTORE_ID,
    storage_location: storageLocation(model),
    ...(options.browseOnly && { browse_only: true }),
    ...(options.aliases &&
      model.aliases.size > 0 && { aliases: aliasViews(model) }),
  };
}

/** ModelVersionInfo; `version` is a number. */
export function modelVersionView(
  model: RegisteredModel,
  version: ModelVersion,
  options: { aliases: boolean },
): Record<string, unknown> {
  const [catalog, schema, name] = model.fullName.split('.');
  const aliases = aliasViews(model).filter(
    alias => alias.version_num === version.version,
  );
  return {
    version: version.version,
    model_name: name,
    catalog_name: catalog,
    schema_name: schema,
    status: version.status,
    ...(version.mlflowRunId && {
      run_id: version.mlflowRunId,
      run_workspace_id: BigInt(WORKSPACE_ID),
    }),
    source: sourceOf(version),
    comment: version.comment,
    storage_location: `${storageLocation(model)}/versions/${idOf(
      `${model.fullName}/${version.version}`,
    )}`,
    created_at: version.createdAt,
    created_by: version.createdBy,
    updated_at: version.createdAt,
    updated_by: version.createdBy,
    metastore_id: METASTORE_ID,
    id: idOf(`${model.fullName}/${version.version}`),
    ...(options.aliases && aliases.length > 0 && { aliases }),
  };
}

/** Where the artifacts of a version come from. */
export function sourceOf({ mlflowRunId }: ModelVersion): string {
  return `dbfs:/databricks/mlflow-tracking/${
    mlflowRunId ?? 'uploaded'
  }/artifacts/model`;
}

function aliasViews(model: RegisteredModel) {
  return [...model.aliases].map(([alias, version]) => ({
    alias_name: alias,
    version_num: version,
  }));
}

/** Where Unity Catalog keeps a model's versions. */
export function storageLocation(model: RegisteredModel): string {
  return `s3://acme-metastore/models/${idOf(model.fullName)}`;
}

/** A UUID that stays the same for the same thing. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(
    13,
    16,
  )}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
