import type { Express } from 'express';
import { readLimit, type ApiCall, type ApiRoute } from './apiRoute';
import {
  invalidParameter,
  permissionDenied,
  resourceDoesNotExist,
} from './errors';
import type { LegacyModel, LegacyVersion } from './legacyModels';
import { readNameFilter } from './mlflowFilter';
import { isAdmin, type Principal } from './principals';

const SCOPES = ['mlflow'];
const MLFLOW = '/api/2.0/mlflow';

/** Reads of the workspace's own registry: stages, no aliases. Source: reference, databricks section 3.2. */
export function legacyRegistryRoutes(app: Express, api: ApiRoute): void {
  app.get(
    `${MLFLOW}/registered-models/search`,
    api(SCOPES, call => modelPage(call, readNameFilter(call.query('filter')))),
  );
  app.get(
    `${MLFLOW}/registered-models/list`,
    api(SCOPES, call => modelPage(call)),
  );
  app.get(
    `${MLFLOW}/registered-models/get`,
    api(SCOPES, call => ({
      registered_model: modelView(requireLegacyModel(call)),
    })),
  );
  app.get(
    `${MLFLOW}/databricks/registered-models/get`,
    api(SCOPES, call => {
      const model = requireLegacyModel(call);
      return {
        registered_model_databricks: {
          ...modelView(model),
          id: model.id,
          permission_level:
            isAdmin(call.principal) || model.user === call.principal.userName
              ? 'CAN_MANAGE'
              : 'CAN_READ',
        },
      };
    }),
  );
  app.post(
    `${MLFLOW}/registered-models/get-latest-versions`,
    api(SCOPES, call => {
      const { name, stages } = call.body();
      const model = requireLegacyModel(call, String(name));
      const latest = latestVersions(model).filter(
        version =>
          !Array.isArray(stages) ||
          stages.length === 0 ||
          stages.includes(version.stage),
      );
      return {
        ...(latest.length > 0 && {
          model_versions: latest.map(version => versionView(model, version)),
        }),
      };
    }),
  );
  app.get(`${MLFLOW}/model-versions/search`, api(SCOPES, versionPage));
  app.get(
    `${MLFLOW}/model-versions/get`,
    api(SCOPES, call => {
      const model = requireLegacyModel(call);
      const number = call.query('version') ?? '';
      const version = model.versions.find(one => one.version === number);
      if (!version)
        throw resourceDoesNotExist(
          `ModelVersion (name=${model.name}, version=${number}) not found.`,
        );
      return { model_version: versionView(model, version) };
    }),
  );
}

/** Unlike in Unity Catalog a page is cut after rights are looked at. */
function modelPage(
  { workspace, principal, query }: ApiCall,
  wanted: (name: string) => boolean = () => true,
) {
  const limit = readLimit(query('max_results'), 'max_results', {
    default: 100,
    max: 1000,
  });
  const list = `legacy ${principal.userName} ${query('filter') ?? ''}`;
  const offset = workspace.pageTokens.offsetOf(list, query('page_token'));
  const all = workspace.legacyModels.filter(
    model => mayRead(principal, model) && wanted(model.name),
  );
  const page = all.slice(offset, offset + limit);
  return {
    ...(page.length > 0 && { registered_models: page.map(modelView) }),
    ...(all.length > offset + limit && {
      next_page_token: workspace.pageTokens.issue(list, offset + limit),
    }),
  };
}

function versionPage({ workspace, principal, query }: ApiCall) {
  const wanted = readNameFilter(query('filter')) ?? (() => true);
  const limit = readLimit(query('max_results'), 'max_results', {
    default: 10_000,
    max: 10_000,
  });
  const list = `legacy versions ${principal.userName} ${query('filter') ?? ''}`;
  const offset = workspace.pageTokens.offsetOf(list, query('page_token'));
  const all = workspace.legacyModels
    .filter(model => mayRead(principal, model) && wanted(model.name))
    .flatMap(model =>
      model.versions.map(version => versionView(model, version)),
    );
  const page = all.slice(offset, offset + limit);
  return {
    ...(page.length > 0 && { model_versions: page }),
    ...(all.length > offset + limit && {
      next_page_token: workspace.pageTokens.issue(list, offset + limit),
    }),
  };
}

function requireLegacyModel(call: ApiCall, given?: string): LegacyModel {
  const name = given ?? call.query('name');
  if (!name)
    throw invalidParameter("Missing value for required parameter 'name'.");
  const model = call.workspace.legacyModels.find(one => one.name === name);
  if (!model)
    throw resourceDoesNotExist(
      `RegisteredModel '${name}' does not exist. It might have been deleted.`,
    );
  if (mayRead(call.principal, model)) return model;
  throw permissionDenied(
    `User ${call.principal.userName} does not have Read permission on registered model ${model.id}`,
  );
}

function mayRead(principal: Principal, model: LegacyModel): boolean {
  return isAdmin(principal) || model.readers.includes(principal.userName);
}

function modelView(model: LegacyModel): Record<string, unknown> {
  const latest = latestVersions(model);
  return {
    name: model.name,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: model.versions.at(-1)?.createdAt ?? model.createdAt,
    user_id: model.user,
    ...(model.description && { description: model.description }),
    ...(latest.length > 0 && {
      latest_versions: latest.map(version => versionView(model, version)),
    }),
    ...(Object.keys(model.tags).length > 0 && { tags: tagViews(model.tags) }),
  };
}

/** The newest of each stage. */
function latestVersions(model: LegacyModel): LegacyVersion[] {
  return [
    ...new Map(
      model.versions.map(version => [version.stage, version]),
    ).values(),
  ];
}

function versionView(
  model: LegacyModel,
  version: LegacyVersion,
): Record<string, unknown> {
  return {
    name: model.name,
    version: version.version,
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.createdAt,
    user_id: version.user,
    current_stage: version.stage,
    source: `dbfs:/databricks/mlflow-tracking/${version.runId}/artifacts/model`,
    run_id: version.runId,
    status: 'READY',
    ...(Object.keys(version.tags).length > 0 && {
      tags: tagViews(version.tags),
    }),
  };
}

function tagViews(tags: Record<string, string>) {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
