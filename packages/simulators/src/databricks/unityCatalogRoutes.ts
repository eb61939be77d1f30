import type { Express } from 'express';
import { readLimit, type ApiCall, type ApiRoute } from './apiRoute';
import { unityCatalogError } from './errors';
import type { ModelVersion, RegisteredModel } from './models';
import { isAdmin, type Principal } from './principals';
import { modelVersionView, registeredModelView } from './unityCatalogViews';

const SCOPES = ['unity-catalog'];
const MODELS = '/api/2.1/unity-catalog/models';

/** Reads of Unity Catalog's registered models. Source: reference, databricks section 3.1. */
export function unityCatalogRoutes(app: Express, api: ApiRoute): void {
  app.get(MODELS, api(SCOPES, listModels));
  app.get(
    `${MODELS}/:fullName`,
    api(SCOPES, call =>
      registeredModelView(requireModel(call), {
        aliases: includesAliases(call),
      }),
    ),
  );
  app.get(`${MODELS}/:fullName/versions`, api(SCOPES, listVersions));
  app.get(
    `${MODELS}/:fullName/versions/:version`,
    api(SCOPES, call => {
      const model = requireModel(call);
      const version = model.versions.find(
        candidate => String(candidate.version) === call.param('version'),
      );
      return versionAnswer(
        call,
        model,
        version,
        `version ${call.param('version')}`,
      );
    }),
  );
  app.get(
    `${MODELS}/:fullName/aliases/:alias`,
    api(SCOPES, call => {
      const model = requireModel(call);
      const number = model.aliases.get(call.param('alias').toLowerCase());
      const version = model.versions.find(
        candidate => candidate.version === number,
      );
      return versionAnswer(
        call,
        model,
        version,
        `alias ${call.param('alias')}`,
      );
    }),
  );
}

/** The page is cut before rights are looked at, so a page may be empty and still have a next one. */
function listModels({
  workspace,
  principal,
  query,
}: ApiCall): Record<string, unknown> {
  const [catalog, schema] = [query('catalog_name'), query('schema_name')];
  if ((catalog === undefined) !== (schema === undefined)) {
    throw unityCatalogError(
      400,
      'INVALID_PARAMETER_VALUE',
      'catalog_name and schema_name must be given together',
    );
  }
  const max = schema === undefined ? 1000 : 10_000;
  const limit = readLimit(query('max_results'), 'max_results', {
    default: schema === undefined ? 100 : max,
    max,
  });
  const list = `models ${principal.userName} ${catalog ?? ''}.${schema ?? ''}`;
  const offset = workspace.pageTokens.offsetOf(list, query('page_token'));
  const inSchema = workspace.models.filter(
    ({ fullName }) =>
      schema === undefined ||
      fullName.startsWith(`${catalog}.${schema}.`.toLowerCase()),
  );
  const page = inSchema
    .slice(offset, offset + limit)
    .filter(model => mayRead(principal, model));
  return {
    ...(page.length > 0 && {
      registered_models: page.map(model =>
        registeredModelView(model, { aliases: false }),
      ),
    }),
    ...(inSchema.length > offset + limit && {
      next_page_token: workspace.pageTokens.issue(list, offset + limit),
    }),
  };
}

function listVersions(call: ApiCall): Record<string, unknown> {
  const { workspace, principal, query } = call;
  const model = requireModel(call);
  const limit = readLimit(query('max_results'), 'max_results', {
    default: 100,
    max: 1000,
  });
  const list = `versions ${principal.userName} ${model.fullName}`;
  const offset = workspace.pageTokens.offsetOf(list, query('page_token'));
  const page = model.versions.slice(offset, offset + limit);
  return {
    ...(page.length > 0 && {
      model_versions: page.map(version =>
        modelVersionView(model, version, { aliases: false }),
      ),
    }),
    ...(model.versions.length > offset + limit && {
      next_page_token: workspace.pageTokens.issue(list, offset + limit),
    }),
  };
}

function versionAnswer(
  call: ApiCall,
  model: RegisteredModel,
  version: ModelVersion | undefined,
  asked: string,
) {
  if (version)
    return modelVersionView(model, version, { aliases: includesAliases(call) });
  throw unityCatalogError(
    404,
    'RESOURCE_DOES_NOT_EXIST',
    `Model '${model.fullName}' has no ${asked}.`,
  );
}

function requireModel({
  workspace,
  principal,
  param,
}: ApiCall): RegisteredModel {
  const fullName = param('fullName');
  const model = workspace.findModel(fullName);
  if (!model) {
    throw unityCatalogError(
      404,
      'RESOURCE_DOES_NOT_EXIST',
      `Routine or Model '${fullName}' does not exist.`,
    );
  }
  if (mayRead(principal, model)) return model;
  throw unityCatalogError(
    403,
    'PERMISSION_DENIED',
    `User does not have EXECUTE on Routine or Model '${model.fullName}'.`,
  );
}

function mayRead(principal: Principal, model: RegisteredModel): boolean {
  return (
    isAdmin(principal) ||
    [model.owner, ...model.executors].includes(principal.userName)
  );
}

function includesAliases({ query }: ApiCall): boolean {
  return query('include_aliases') === 'true';
}
