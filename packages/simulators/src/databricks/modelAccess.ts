import { invalidParameter, unityCatalogError } from './errors';
import type { ModelVersion, RegisteredModel } from './models';
import { isAdmin, type Principal } from './principals';
import type { Workspace } from './Workspace';

/** EXECUTE, or more. */
export function mayRead(principal: Principal, model: RegisteredModel): boolean {
  return (
    mayManage(principal, model) || model.executors.includes(principal.userName)
  );
}

/** BROWSE: the metadata, for a read that asks for it. */
export function mayBrowse(
  principal: Principal,
  model: RegisteredModel,
): boolean {
  return model.browsers.includes(principal.userName);
}

/** The owner, a member of the group that owns it, or a metastore admin. EXECUTE is not enough. */
export function mayManage(
  principal: Principal,
  model: RegisteredModel,
): boolean {
  return (
    isAdmin(principal) ||
    model.owner === principal.userName ||
    principal.groups.includes(model.owner)
  );
}

/** The model, if the caller may read it; with `browse`, also if they may only see that it is there. */
export function requireModel(
  workspace: Workspace,
  principal: Principal,
  fullName: string,
  options: { browse?: boolean } = {},
): RegisteredModel {
  const model = requireExisting(workspace, fullName);
  if (
    mayRead(principal, model) ||
    (options.browse && mayBrowse(principal, model))
  )
    return model;
  throw unityCatalogError(
    403,
    'PERMISSION_DENIED',
    `User does not have EXECUTE on Routine or Model '${model.fullName}'.`,
  );
}

/** The model, if the caller owns it. */
export function requireOwnedModel(
  workspace: Workspace,
  principal: Principal,
  fullName: string,
): RegisteredModel {
  const model = requireExisting(workspace, fullName);
  if (mayManage(principal, model)) return model;
  throw unityCatalogError(
    403,
    'PERMISSION_DENIED',
    `User is not an owner of Routine or Model '${model.fullName}'.`,
  );
}

/** A version by its number as text. */
export function requireVersion(
  model: RegisteredModel,
  number: string,
): ModelVersion {
  const version = model.versions.find(
    candidate => String(candidate.version) === number,
  );
  if (version) return version;
  throw unityCatalogError(
    404,
    'RESOURCE_DOES_NOT_EXIST',
    `Model '${model.fullName}' has no version ${number}.`,
  );
}

/** A version that the caller may put behind an endpoint. */
export function requireServableVersion(
  workspace: Workspace,
  principal: Principal,
  fullName: string,
  number: string,
): ModelVersion {
  const model = requireModel(workspace, principal, fullName);
  const version = requireVersion(model, number);
  if (version.status !== 'READY' || !version.trained)
    throw invalidParameter(
      `Version ${number} of model ${model.fullName} is ${version.status} and cannot be served`,
    );
  return version;
}

function requireExisting(
  workspace: Workspace,
  fullName: string,
): RegisteredModel {
  const model = workspace.findModel(fullName);
  if (model) return model;
  throw unityCatalogError(
    404,
    'RESOURCE_DOES_NOT_EXIST',
    `Routine or Model '${fullName}' does not exist.`,
  );
}
