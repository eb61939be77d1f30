import type { Operation, RunAction } from 'backstage-plugin-modelops-common';
import type { PlatformResource } from 'backstage-plugin-modelops-node';

/** Forms a resource may have, for messages. @internal */
export const RESOURCE_FORMS: readonly string[] = [
  'training-template/<name>',
  'model/<id>',
  'endpoint/<id>',
];

/** No resource is longer: an id of 63 characters, and the kind. */
const LONGEST_RESOURCE = 100;
/** Ids that Google makes, int64. */
const LARGEST_ID = 2n ** 63n - 1n;

/** Name of a template in app-config. @internal */
export const TEMPLATE_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** A model id that its maker chose. Source: `UploadModelRequest.model_id`. */
const MODEL_ID = /^[a-z_][a-z0-9_-]{0,62}$/;
/** An endpoint id that its maker chose. Source: `CreateEndpointRequest.endpoint_id`. */
const ENDPOINT_ID = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

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
    case 'training-template':
      return TEMPLATE_NAME.test(name) ? name : undefined;
    case 'model':
      return MODEL_ID.test(name) ? name : canonicalId(name);
    case 'endpoint':
      return ENDPOINT_ID.test(name) ? name : canonicalId(name);
    default:
      return undefined;
  }
}

function canonicalId(name: string): string | undefined {
  if (!/^[0-9]{1,40}$/.test(name)) return undefined;
  const id = BigInt(name);
  return id > 0n && id <= LARGEST_ID ? id.toString() : undefined;
}

/** The name after the kind, `demand-forecast` of `model/demand-forecast`. @internal */
export function nameOf(resource: PlatformResource): string {
  return resource.canonical.slice(resource.kind.length + 1);
}

/** Whether a run is of a template; any other is a change of an endpoint or an alias. @internal */
export function isTraining({
  resource,
}: {
  resource: PlatformResource;
}): boolean {
  return resource.kind === 'training-template';
}

/** What can be done with a resource, by its kind and the action. */
const OPERATIONS_OF: Readonly<
  Record<string, Partial<Record<RunAction, readonly Operation[]>>>
> = {
  'training-template': { train: ['start'] },
  model: { deploy: ['set-alias'] },
  endpoint: {
    deploy: ['deploy'],
    serve: ['traffic', 'promote', 'rollback', 'stop'],
  },
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
