import type { GoogleCloud } from '../GoogleCloud';
import { invalidArgument, notFound } from '../googleErrors';
import { canonicalName, resourceName } from '../names';
import type { ModelVersion, VertexModel } from './vertexModels';

/** A model with one of its versions. */
export interface FoundVersion {
  model: VertexModel;
  version: ModelVersion;
}

/** The last segment of a model's name, `id`, `id@3` or `id@alias`; names of other places and things are refused. */
export function readModelName(name: string): string {
  const prefix = resourceName('models', '');
  const wanted = canonicalName(name);
  const reference = wanted.slice(prefix.length);
  if (wanted.startsWith(prefix) && /^[^/]+$/.test(reference)) return reference;
  throw invalidArgument(`The resource name "${name}" is not a Model name.`);
}

/** The id in a reference. */
export function modelIdOf(reference: string): string {
  return reference.split('@')[0];
}

/** What comes after `@`, undefined without. */
export function versionPart(reference: string): string | undefined {
  const at = reference.indexOf('@');
  return at < 0 ? undefined : reference.slice(at + 1);
}

export function requireModel(
  cloud: GoogleCloud,
  reference: string,
): VertexModel {
  const model = cloud.models.get(modelIdOf(reference));
  if (model) return model;
  throw notFound('The Model does not exist.');
}

/** The version a reference names by number or alias; the default one without `@`. */
export function requireVersion(
  cloud: GoogleCloud,
  reference: string,
): FoundVersion {
  const model = requireModel(cloud, reference);
  const wanted = versionPart(reference) ?? 'default';
  const number = /^\d+$/.test(wanted)
    ? Number(wanted)
    : model.aliases.get(wanted);
  const version = model.versions.find(one => one.version === number);
  if (version) return { model, version };
  throw notFound(`The Model version "${wanted}" does not exist.`);
}

export function defaultVersion(model: VertexModel): ModelVersion {
  const wanted = model.aliases.get('default');
  return model.versions.find(({ version }) => version === wanted)!;
}
