import type { Express } from 'express';
import { readLimit, type ApiCall, type ApiRoute } from './apiRoute';
import { invalidParameter, unityCatalogError } from './errors';
import {
  mayRead,
  requireModel,
  requireOwnedModel,
  requireVersion,
} from './modelAccess';
import { mlflowModelView, mlflowVersionView } from './mlflowUnityCatalogViews';
import { deleteAlias, noteChange, setAlias } from './modelChanges';

const SCOPES = ['unity-catalog', 'mlflow'];
/** Path of what MLflow's own client calls for models of Unity Catalog. */
export const MLFLOW_UC = '/api/2.0/mlflow/unity-catalog';
const MODELS = `${MLFLOW_UC}/registered-models`;
const VERSIONS = `${MLFLOW_UC}/model-versions`;

/** The registry as MLflow's client reads it: the only place where tags are. Source: reference, databricks section 3.2. */
export function mlflowUnityCatalogRoutes(app: Express, api: ApiRoute): void {
  app.get(
    `${MODELS}/get`,
    api(SCOPES, call => ({
      registered_model: mlflowModelView(requireNamed(call), { details: true }),
    })),
  );
  app.get(`${MODELS}/search`, api(SCOPES, searchModels));
  app.get(
    `${VERSIONS}/get`,
    api(SCOPES, call => {
      const model = requireNamed(call);
      const version = requireVersion(model, call.query('version') ?? '');
      return {
        model_version: mlflowVersionView(model, version, { details: true }),
      };
    }),
  );
  app.get(`${VERSIONS}/search`, api(SCOPES, searchVersions));
  tagRoutes(app, api);
  app.get(
    `${MODELS}/alias`,
    api(SCOPES, call => {
      const model = requireNamed(call);
      const alias = (call.query('alias') ?? '').toLowerCase();
      const number = model.aliases.get(alias);
      if (number === undefined)
        throw unityCatalogError(
          404,
          'RESOURCE_DOES_NOT_EXIST',
          `Model '${model.fullName}' has no alias ${alias}.`,
        );
      const version = requireVersion(model, String(number));
      return {
        model_version: mlflowVersionView(model, version, { details: true }),
      };
    }),
  );
  app.post(
    `${MODELS}/alias`,
    api(SCOPES, call => {
      const { alias, version } = call.body();
      setAlias(call, requireOwned(call), alias, Number(version));
      return {};
    }),
  );
  app.delete(
    `${MODELS}/alias`,
    api(SCOPES, call => {
      deleteAlias(call, requireOwned(call), String(field(call, 'alias')));
      return {};
    }),
  );
}

function tagRoutes(app: Express, api: ApiRoute): void {
  app.post(
    `${MODELS}/set-tag`,
    api(SCOPES, call => setTag(call, requireOwned(call).tags)),
  );
  app.delete(
    `${MODELS}/delete-tag`,
    api(SCOPES, call => deleteTag(call, requireOwned(call).tags)),
  );
  app.post(
    `${VERSIONS}/set-tag`,
    api(SCOPES, call => setTag(call, requireOwnedVersion(call).tags)),
  );
  app.delete(
    `${VERSIONS}/delete-tag`,
    api(SCOPES, call => deleteTag(call, requireOwnedVersion(call).tags)),
  );
}

function setTag(call: ApiCall, tags: Map<string, string>) {
  const { key, value } = call.body();
  if (typeof key !== 'string' || key === '')
    throw invalidParameter("Missing value for required parameter 'key'.");
  tags.set(key, String(value ?? ''));
  noteChange(call, requireOwned(call));
  return {};
}

function deleteTag(call: ApiCall, tags: Map<string, string>) {
  tags.delete(String(field(call, 'key')));
  noteChange(call, requireOwned(call));
  return {};
}

/** Without tags and aliases, and without a filter: MLflow's client refuses one for Unity Catalog. */
function searchModels({ workspace, principal, query }: ApiCall) {
  if (query('filter'))
    throw invalidParameter(
      'Argument filter is unsupported for models in Unity Catalog.',
    );
  const limit = readLimit(query('max_results'), 'max_results', {
    default: 100,
    max: 1000,
  });
  const list = `mlflow models ${principal.userName}`;
  const offset = workspace.pageTokens.offsetOf(list, query('page_token'));
  const all = [...workspace.models.values()];
  const page = all
    .slice(offset, offset + limit)
    .filter(model => mayRead(principal, model));
  return {
    ...(page.length > 0 && {
      registered_models: page.map(model =>
        mlflowModelView(model, { details: false }),
      ),
    }),
    ...(all.length > offset + limit && {
      next_page_token: workspace.pageTokens.issue(list, offset + limit),
    }),
  };
}

function searchVersions(call: ApiCall) {
  const { workspace, principal, query } = call;
  const name = /^\s*name\s*=\s*(['"])(.*)\1\s*$/.exec(
    query('filter') ?? '',
  )?.[2];
  if (name === undefined)
    throw invalidParameter(
      "Missing filter: please specify a filter parameter in the format `name = 'model_name'`.",
    );
  const model = requireModel(workspace, principal, name);
  const limit = readLimit(query('max_results'), 'max_results', {
    default: 100,
    max: 10_000,
  });
  const list = `mlflow versions ${principal.userName} ${model.fullName}`;
  const offset = workspace.pageTokens.offsetOf(list, query('page_token'));
  const page = model.versions.slice(offset, offset + limit);
  return {
    ...(page.length > 0 && {
      model_versions: page.map(version =>
        mlflowVersionView(model, version, { details: false }),
      ),
    }),
    ...(model.versions.length > offset + limit && {
      next_page_token: workspace.pageTokens.issue(list, offset + limit),
    }),
  };
}

function requireNamed({ workspace, principal, query }: ApiCall) {
  return requireModel(workspace, principal, query('name') ?? '');
}

function requireOwned(call: ApiCall) {
  return requireOwnedModel(
    call.workspace,
    call.principal,
    String(field(call, 'name')),
  );
}

function requireOwnedVersion(call: ApiCall) {
  return requireVersion(requireOwned(call), String(field(call, 'version')));
}

/** MLflow's client sends the fields of a DELETE in its body; others send them as a query. */
function field(call: ApiCall, name: string): unknown {
  return call.query(name) ?? call.body()[name] ?? '';
}
