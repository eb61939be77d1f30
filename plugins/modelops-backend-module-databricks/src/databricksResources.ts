import type { Operation, RunAction } from 'backstage-plugin-modelops-common';
import type { PlatformResource } from 'backstage-plugin-modelops-node';

/** Forms a resource may have, for messages. @internal */
export const RESOURCE_FORMS: readonly string[] = [
  'job/<id>',
  'model/<catalog.schema.name>',
  'registered-model/<name>',
  'endpoint/<name>',
];

/** No resource name is longer: three Unity Catalog names of 255 characters, and the kind. */
const LONGEST_RESOURCE = 800;
/** Ids are int64. */
const LARGEST_ID = 2n ** 63n - 1n;
/**
 * One part of a Unity Catalog name. Databricks allows more (anything but dots, spaces, slashes and control characters);
 * ASCII, because how it folds the case of other letters is not documented, and a name must have one spelling.
 */
const CATALOG_NAME = /^[a-z0-9_][a-z0-9_-]{0,254}$/;
/** MLflow allows more; these cannot be mistaken for a path, a query or an address. */
const REGISTERED_NAME = /^[A-Za-z0-9_][A-Za-z0-9_. ()+-]{0,255}$/;
const ENDPOINT_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Reads a resource in any spelling and gives the canonical one. Undefined for everything else. @internal */
export function parseResource(text: string): PlatformResource | undefined {
  if (text.length > LONGEST_RESOURCE) return undefined;
  const slash = text.indexOf('/');
  const kind = text.slice(0, Math.max(slash, 0));
  const name = canonicalName(kind, text.slice(slash + 1));
  return name === undefined
    ? undefined
    : { kind, canonical: `${kind}/${name}` };
}

function canonicalName(kind: string, name: string): string | undefined {
  switch (kind) {
    case 'job':
      return canonicalId(name);
    case 'model':
      return canonicalCatalogName(name);
    case 'registered-model':
      return isRegisteredName(name) ? name : undefined;
    case 'endpoint':
      return ENDPOINT_NAME.test(name) ? name : undefined;
    default:
      return undefined;
  }
}

function canonicalId(name: string): string | undefined {
  if (!/^[0-9]{1,40}$/.test(name)) return undefined;
  const id = BigInt(name);
  return id > 0n && id <= LARGEST_ID ? id.toString() : undefined;
}

function canonicalCatalogName(name: string): string | undefined {
  // Only ASCII letters are folded, so nothing outside CATALOG_NAME can be folded into it.
  const parts = asciiLowerCase(name).split('.');
  return parts.length === 3 && parts.every(part => CATALOG_NAME.test(part))
    ? parts.join('.')
    : undefined;
}

function isRegisteredName(name: string): boolean {
  return (
    REGISTERED_NAME.test(name) && !name.includes('..') && name === name.trim()
  );
}

/** Folds A–Z only: `toLowerCase` makes a `k` of the Kelvin sign, and two names one. @internal */
export function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

/** The name after the kind, `8123` of `job/8123`. @internal */
export function nameOf(resource: PlatformResource): string {
  return resource.canonical.slice(resource.kind.length + 1);
}

/** What can be done with a resource, by its kind and the action. */
const OPERATIONS_OF: Readonly<
  Record<string, Partial<Record<RunAction, readonly Operation[]>>>
> = {
  job: { train: ['start'] },
  model: { deploy: ['set-alias'] },
  endpoint: {
    deploy: ['deploy'],
    serve: ['traffic', 'promote', 'rollback', 'stop'],
  },
  // The workspace registry has no aliases on Databricks; its versions can be read and deployed.
  'registered-model': {},
};

/** What can be done with a resource of this kind. @internal */
export function operationsOf(
  resource: PlatformResource,
  action: RunAction,
): readonly Operation[] {
  return OPERATIONS_OF[resource.kind]?.[action] ?? [];
}

/** Whether an operation is offered on a resource, by whichever action. @internal */
export function offers(
  resource: PlatformResource,
  operation: Operation,
): boolean {
  return Object.values(OPERATIONS_OF[resource.kind] ?? {}).some(operations =>
    operations.includes(operation),
  );
}
