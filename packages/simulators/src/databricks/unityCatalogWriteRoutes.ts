import type { Express } from 'express';
import type { ApiCall, ApiRoute } from './apiRoute';
import { unityCatalogError } from './errors';
import { requireOwnedModel, requireVersion } from './modelAccess';
import {
  deleteAlias,
  invalid,
  noteChange,
  registerModel,
  renameModel,
  setAlias,
} from './modelChanges';
import type { RegisteredModel } from './models';
import { MODELS } from './unityCatalogRoutes';
import { modelVersionView, registeredModelView } from './unityCatalogViews';

const SCOPES = ['unity-catalog'];

/** Changes of registered models and of their versions. Source: reference, databricks section 3.1. */
export function unityCatalogWriteRoutes(app: Express, api: ApiRoute): void {
  app.post(MODELS, api(SCOPES, createModel));
  app.patch(`${MODELS}/:fullName`, api(SCOPES, updateModel));
  app.delete(
    `${MODELS}/:fullName`,
    api(SCOPES, call => {
      call.workspace.models.delete(requireOwned(call).fullName);
      return {};
    }),
  );
  app.patch(
    `${MODELS}/:fullName/versions/:version`,
    api(SCOPES, call => {
      const model = requireOwned(call);
      const version = requireVersion(model, call.param('version'));
      version.comment = readText(call.body(), 'comment') ?? version.comment;
      noteChange(call, model);
      return modelVersionView(model, version, { aliases: false });
    }),
  );
  app.delete(
    `${MODELS}/:fullName/versions/:version`,
    api(SCOPES, call => {
      const model = requireOwned(call);
      const version = requireVersion(model, call.param('version'));
      model.versions = model.versions.filter(one => one !== version);
      for (const [alias, number] of model.aliases)
        if (number === version.version) model.aliases.delete(alias);
      noteChange(call, model);
      return {};
    }),
  );
  app.put(
    `${MODELS}/:fullName/aliases/:alias`,
    api(SCOPES, call => {
      const model = requireOwned(call);
      return setAlias(
        call,
        model,
        call.param('alias'),
        call.body().version_num,
      );
    }),
  );
  app.delete(
    `${MODELS}/:fullName/aliases/:alias`,
    api(SCOPES, call => {
      const model = requireOwned(call);
      deleteAlias(call, model, call.param('alias'));
      return {};
    }),
  );
}

function createModel(call: ApiCall) {
  const body = call.body();
  const model = registerModel(
    call,
    [body.catalog_name, body.schema_name, body.name],
    readText(body, 'comment'),
  );
  return registeredModelView(model, { aliases: false });
}

function updateModel(call: ApiCall) {
  const { workspace } = call;
  const model = requireOwned(call);
  const body = call.body();
  const comment = readText(body, 'comment');
  const owner = readText(body, 'owner');
  const newName = readText(body, 'new_name');
  // What the official JavaScript client sends, which leaves the body of a PATCH out.
  if (comment === undefined && owner === undefined && newName === undefined)
    throw invalid('At least one of comment, owner, new_name must be given');
  if (newName !== undefined) renameModel(call, model, newName);
  if (owner !== undefined) {
    const known =
      workspace.findPrincipal(owner) ??
      workspace.principals.find(({ groups }) => groups.includes(owner));
    if (!known)
      throw unityCatalogError(
        404,
        'PRINCIPAL_DOES_NOT_EXIST',
        `Could not find principal with name ${owner}.`,
      );
    model.owner = owner;
  }
  model.comment = comment ?? model.comment;
  noteChange(call, model);
  return registeredModelView(model, { aliases: false });
}

function requireOwned({
  workspace,
  principal,
  param,
}: ApiCall): RegisteredModel {
  return requireOwnedModel(workspace, principal, param('fullName'));
}

function readText(
  body: Record<string, unknown>,
  field: string,
): string | undefined {
  const value = body[field];
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(`${field} must be text`);
}
