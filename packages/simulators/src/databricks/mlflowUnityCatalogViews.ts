import type { ModelVersion, RegisteredModel } from './models';
import { sourceOf, storageLocation } from './unityCatalogViews';

/** RegisteredModel as MLflow's client reads it. Searches leave `details` out: tags and aliases. */
export function mlflowModelView(
  model: RegisteredModel,
  options: { details: boolean },
): Record<string, unknown> {
  return {
    name: model.fullName,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: model.updatedAt,
    user_id: model.owner,
    description: model.comment,
    ...(options.details && {
      tags: tagViews(model.tags),
      aliases: aliasViews(model),
    }),
  };
}

/** ModelVersion as MLflow's client reads it; `version` is text here. */
export function mlflowVersionView(
  model: RegisteredModel,
  version: ModelVersion,
  options: { details: boolean },
): Record<string, unknown> {
  const number = String(version.version);
  return {
    name: model.fullName,
    version: number,
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.createdAt,
    user_id: version.createdBy,
    description: version.comment,
    source: sourceOf(version),
    ...(version.mlflowRunId && { run_id: version.mlflowRunId }),
    status: version.status,
    storage_location: storageLocation(model),
    ...(options.details && {
      tags: tagViews(version.tags),
      aliases: aliasViews(model).filter(alias => alias.version === number),
    }),
  };
}

function tagViews(tags: Map<string, string>) {
  return [...tags].map(([key, value]) => ({ key, value }));
}

function aliasViews(model: RegisteredModel) {
  return [...model.aliases].map(([alias, version]) => ({
    alias,
    version: String(version),
  }));
}
