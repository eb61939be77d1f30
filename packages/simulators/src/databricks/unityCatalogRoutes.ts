import type { Express } from 'express';
import { readLimit, type ApiCall, type ApiRoute } from './apiRoute';
import { unityCatalogError } from './errors';
import {
  mayBrowse,
  mayRead,
  requireModel,
  requireVersion,
} from './modelAccess';
import { modelVersionView, registeredModelView } from './unityCatalogViews';

const SCOPES = ['unity-catalog'];
/** Path of Unity Catalog's registered models. */
export const MODELS = '/api/2.1/unity-catalog/models';

/** Reads of Unity Catalog's registered models. Source: reference, databricks section 3.1. */
export function unityCatalogRoutes(app: Express, api: ApiRoute): void {
  app.get(MODELS, api(SCOPES, listModels));
  app.get(
    `${MODELS}/:fullName`,
    api(SCOPES, call => {
      const model = requireNamed(call);
      return registeredModelView(model, {
        aliases: includesAliases(call),
        browseOnly: !mayRead(call.principal, model),
      });
    }),
  );
  app.get(`${MODELS}/:fullName/versions`, api(SCOPES, listVersions));
  app.get(
    `${MODELS}/:fullName/versions/:version`,
    api(SCOPES, call => {
      const model = requireNamed(call);
      return modelVersionView(
        model,
        requireVersion(model, call.param('version')),
        {
          aliases: includesAliases(call),
        },
      );
    }),
  );
  app.get(
    `${MODELS}/:fullName/aliases/:alias`,
    api(SCOPES, call => {
      const model = requireNamed(call);
      const alias = call.param('alias').toLowerCase();
      const number = model.aliases.get(alias);
      if (number === undefined)
        throw unityCatalogError(
          404,
          'RESOURCE_DOES_NOT_EXIST',
          `Model '${model.fullName}' has no alias ${alias}.`,
        );
      return modelVersionView(model, requireVersion(model, String(number)), {
        aliases: includesAliases(call),
      });
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
  const browse = query('include_browse') === 'true';
  const list = `models ${principal.userName} ${catalog ?? ''}.${schema ?? ''}`;
  const offset = workspace.pageTokens.offsetOf(list, query('page_token'));
  const all = [...workspace.models.values()];
  const inSchema =
    schema === undefined
      ? all
      : all.filter(({ fullName }) =>
          fullName.startsWith(`${catalog}.${schema}.`.toLowerCase()),
        );
  const page = inSchema
    .slice(offset, offset + limit)
    .filter(
      model =>
        mayRead(principal, model) || (browse && mayBrowse(principal, model)),
    );
  return {
    ...(page.length > 0 && {
      registered_models: page.map(model =>
        registeredModelView(model, {
          aliases: false,
          browseOnly: !mayRead(principal, model),
        }),
      ),
    }),
    ...(inSchema.length > offset + limit && {
      next_page_token: workspace.pageTokens.issue(list, offset + limit),
    }),
  };
}

/** Lists leave aliases out, also when asked for. */
function listVersions(call: ApiCall): Record<string, unknown> {
  const { workspace, principal, query } = call;
  const model = requireNamed(call);
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

function requireNamed({ workspace, principal, param, query }: ApiCall) {
  return requireModel(workspace, principal, param('fullName'), {
    browse: query('include_browse') === 'true',
  });
}

function includesAliases({ query }: ApiCall): boolean {
  return query('include_aliases') === 'true';
}
