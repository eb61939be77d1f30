import type { ApiCall } from './apiRoute';
import { unityCatalogError } from './errors';
import { requireVersion } from './modelAccess';
import { newModel, touch, type RegisteredModel } from './models';
import { isAdmin } from './principals';

/** No dot, space or slash. Source: Unity Catalog documentation, names of objects. */
const OBJECT_NAME = /^[^./\s]{1,255}$/;
/** As MLflow checks it; a name that looks like a version number or `latest` is refused besides. */
const ALIAS = /^[\w-]{1,255}$/;

/** Points an alias at a version, whatever it pointed at: there is no compare-and-set. */
export function setAlias(
  call: ApiCall,
  model: RegisteredModel,
  given: unknown,
  versionNumber: unknown,
): Record<string, unknown> {
  const alias = String(given).toLowerCase();
  if (!ALIAS.test(alias) || /^v?\d+$/.test(alias) || alias === 'latest')
    throw invalid(
      `Invalid alias name '${given}': it may hold letters, digits, dashes and underscores, and may not look like a version`,
    );
  if (typeof versionNumber !== 'number' || !Number.isInteger(versionNumber))
    throw invalid('version_num must be a whole number');
  requireVersion(model, String(versionNumber));
  model.aliases.set(alias, versionNumber);
  noteChange(call, model);
  const [catalog, schema, name] = model.fullName.split('.');
  return {
    alias_name: alias,
    version_num: versionNumber,
    catalog_name: catalog,
    schema_name: schema,
    model_name: name,
  };
}

/** Takes an alias away. */
export function deleteAlias(
  call: ApiCall,
  model: RegisteredModel,
  alias: string,
): void {
  if (!model.aliases.delete(alias.toLowerCase()))
    throw unityCatalogError(
      404,
      'RESOURCE_DOES_NOT_EXIST',
      `Model '${model.fullName}' has no alias ${alias}.`,
    );
  noteChange(call, model);
}

/** Registers a model without versions; the caller owns it. */
export function registerModel(
  { workspace, principal }: ApiCall,
  [catalog, schema, name]: unknown[],
  comment = '',
): RegisteredModel {
  for (const part of [catalog, schema, name])
    if (typeof part !== 'string' || !OBJECT_NAME.test(part))
      throw invalid(`'${part}' is not a valid name`);
  const fullName = `${catalog}.${schema}.${name}`.toLowerCase();
  const inSchema = `${catalog}.${schema}`.toLowerCase();
  const creators = workspace.schemas.get(inSchema);
  if (!isAdmin(principal) && !creators?.includes(principal.userName))
    throw unityCatalogError(
      403,
      'PERMISSION_DENIED',
      `User does not have CREATE MODEL on Schema '${inSchema}'.`,
    );
  if (!creators)
    throw unityCatalogError(
      404,
      'SCHEMA_DOES_NOT_EXIST',
      `Schema '${inSchema}' does not exist.`,
    );
  if (workspace.models.has(fullName))
    throw unityCatalogError(
      409,
      'RESOURCE_ALREADY_EXISTS',
      `Routine or Model '${fullName}' already exists.`,
    );
  const model = newModel({
    fullName,
    comment,
    createdBy: principal.userName,
    createdAt: workspace.clock.now(),
  });
  workspace.models.set(fullName, model);
  return model;
}

/** Gives a model another name in its schema. */
export function renameModel(
  { workspace }: ApiCall,
  model: RegisteredModel,
  newName: string,
): void {
  if (!OBJECT_NAME.test(newName))
    throw invalid(`'${newName}' is not a valid name`);
  const [catalog, schema] = model.fullName.split('.');
  const fullName = `${catalog}.${schema}.${newName}`.toLowerCase();
  if (workspace.models.has(fullName))
    throw unityCatalogError(
      409,
      'RESOURCE_ALREADY_EXISTS',
      `Routine or Model '${fullName}' already exists.`,
    );
  workspace.models.delete(model.fullName);
  model.fullName = fullName;
  workspace.models.set(fullName, model);
}

/** Notes who changed the model, and when. */
export function noteChange(
  { workspace, principal }: ApiCall,
  model: RegisteredModel,
): void {
  touch(model, principal.userName, workspace.clock.now());
}

/** A refusal of what was sent, as Unity Catalog words it. */
export function invalid(message: string) {
  return unityCatalogError(400, 'INVALID_PARAMETER_VALUE', message);
}
