import type { Entity } from '@backstage/catalog-model';
import {
  type Binding,
  BINDING_ANNOTATIONS,
  type BindingProblem,
  type BindingRole,
  type Operation,
  OPERATIONS,
  type RunAction,
} from 'backstage-plugin-modelops-common';
import type { PlatformResource } from 'backstage-plugin-modelops-node';
import type {
  ConnectionRegistry,
  OpenConnection,
} from '../platforms/ConnectionRegistry';

/** Where an annotation points to, with what is needed to call it. */
export interface ResolvedBinding extends Binding {
  open: OpenConnection;
  parsed: PlatformResource;
}

/** All bindings of an entity; a role is in one of the two maps, or in neither if it has no annotation. */
export interface EntityBindings {
  bindings: ReadonlyMap<BindingRole, ResolvedBinding>;
  problems: ReadonlyMap<BindingRole, BindingProblem>;
}

/** Longest annotation looked at, in characters. */
const MAX_ANNOTATION = 600;
/** Longest part of an annotation that a message repeats. */
const MAX_QUOTED = 80;

/** Reads the annotations of an entity. A malformed or unknown one becomes a problem that names it and the accepted form. */
export function readBindings(
  entity: Entity,
  connections: Pick<ConnectionRegistry, 'findConnection'>,
): EntityBindings {
  const bindings = new Map<BindingRole, ResolvedBinding>();
  const problems = new Map<BindingRole, BindingProblem>();
  for (const [role, annotation] of Object.entries(BINDING_ANNOTATIONS) as [
    BindingRole,
    string,
  ][]) {
    const text = entity.metadata.annotations?.[annotation];
    if (text === undefined) continue;
    const read = readBinding(role, annotation, String(text), connections);
    if ('code' in read) problems.set(role, read);
    else bindings.set(role, read);
  }
  return { bindings, problems };
}

/** The binding an action uses: its own annotation, or `modelops/model` where the platform can do it on that resource. */
export function bindingFor(
  action: RunAction,
  { bindings, problems }: EntityBindings,
): ResolvedBinding | BindingProblem {
  const own = bindings.get(action);
  if (own) return supports(own, action) ? own : cannotDo(own, action);
  const problem = problems.get(action);
  if (problem) return problem;
  const model = bindings.get('model');
  if (model && supports(model, action)) return model;
  const annotation = BINDING_ANNOTATIONS[action];
  return {
    role: action,
    annotation,
    code: 'binding-missing',
    message: `Add the annotation ${annotation} to the entity, for example ${example(
      annotation,
      model?.open,
    )}.`,
  };
}

export function isBinding(
  binding: ResolvedBinding | BindingProblem,
): binding is ResolvedBinding {
  return 'open' in binding;
}

/** The part of a binding that goes over the wire. */
export function toBinding(binding: ResolvedBinding): Binding {
  const { open: _open, parsed: _parsed, ...wire } = binding;
  return wire;
}

function readBinding(
  role: BindingRole,
  annotation: string,
  text: string,
  connections: Pick<ConnectionRegistry, 'findConnection'>,
): ResolvedBinding | BindingProblem {
  const problem = (
    code: BindingProblem['code'],
    message: string,
  ): BindingProblem => ({ role, annotation, code, message });
  const separator = text.indexOf(':');
  const id = text.slice(0, separator);
  if (
    separator < 1 ||
    text.length > MAX_ANNOTATION ||
    !/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(id)
  ) {
    return problem(
      'binding-malformed',
      `The annotation ${annotation} has to be <connection>:<resource>, for example ${example(
        annotation,
      )}. It is ${quoted(text)}.`,
    );
  }
  const open = connections.findConnection(id);
  if (!open) {
    return problem(
      'binding-connection-unknown',
      `The annotation ${annotation} names the connection ${quoted(
        id,
      )}, which is not in modelops.connections of app-config.`,
    );
  }
  const parsed = open.platform.parseResource(text.slice(separator + 1));
  if (!parsed) {
    return problem(
      'binding-resource-unknown',
      `The annotation ${annotation} has to name a resource of ${
        open.platform.title
      } as ${open.platform.resourceForms.join(', ')}. It is ${quoted(text)}.`,
    );
  }
  return {
    role,
    annotation,
    connection: id,
    platform: open.platform.id,
    platformTitle: open.platform.title,
    environment: open.config.environment,
    resource: parsed.canonical,
    open,
    parsed,
  };
}

function supports(binding: ResolvedBinding, action: RunAction): boolean {
  const offered = binding.open.platform.operationsOf(binding.parsed, action);
  return OPERATIONS[action].some((operation: Operation) =>
    offered.includes(operation),
  );
}

function cannotDo(binding: ResolvedBinding, action: RunAction): BindingProblem {
  return {
    role: action,
    annotation: binding.annotation,
    code: 'binding-resource-unknown',
    message: `The annotation ${binding.annotation} names ${quoted(
      binding.resource,
    )}, on which ${
      binding.platformTitle
    } cannot ${action}. It accepts ${binding.open.platform.resourceForms.join(
      ', ',
    )}.`,
  };
}

function example(annotation: string, open?: OpenConnection): string {
  return `'${annotation}: ${open?.config.id ?? 'my-connection'}:${
    open?.platform.resourceForms[0] ?? 'job/8123'
  }'`;
}

/** What somebody wrote, shortened and without characters that could break a line or a log. */
function quoted(text: string): string {
  const clean = text.slice(0, MAX_QUOTED).replace(/[^\x20-\x7e]/g, '?');
  return `'${clean}${text.length > MAX_QUOTED ? '…' : ''}'`;
}
