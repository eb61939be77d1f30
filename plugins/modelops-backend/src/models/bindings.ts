import type { Entity } from '@backstage/catalog-model';
import {
  type Binding,
  BINDING_ANNOTATIONS,
  type BindingProblem,
  type BindingRole,
  actionOf,
  type Operation,
} from 'backstage-plugin-modelops-common';
import type { PlatformResource } from 'backstage-plugin-modelops-node';
import { StateConflictError } from '../errors';
import type {
  ConnectionRegistry,
  OpenConnection,
} from '../platforms/ConnectionRegistry';

/** Where an annotation points to, with what is needed to call it. */
export interface ResolvedBinding extends Binding {
  open: OpenConnection;
  parsed: PlatformResource;
}

/**
 * All bindings of an entity, in the order of the annotation; a role is in one of the two maps, or in neither if it has no
 * annotation.
 */
export interface EntityBindings {
  bindings: ReadonlyMap<BindingRole, readonly ResolvedBinding[]>;
  problems: ReadonlyMap<BindingRole, BindingProblem>;
}

/** Longest annotation looked at, in characters. */
const MAX_ANNOTATION = 600;
/** Longest part of an annotation that a message repeats. */
const MAX_QUOTED = 80;

/** Roles whose annotation may name several resources, separated by commas (ADR 4). */
const LISTED: ReadonlySet<BindingRole> = new Set(['deploy', 'serve']);

/** Annotations that can say what an operation concerns; the first that does, does. */
const ROLES: Readonly<Record<Operation, readonly BindingRole[]>> = {
  start: ['train', 'model'],
  deploy: ['deploy', 'model'],
  'set-alias': ['model'],
  traffic: ['serve', 'deploy', 'model'],
  promote: ['serve', 'deploy', 'model'],
  rollback: ['serve', 'deploy', 'model'],
  stop: ['serve', 'deploy', 'model'],
};

/** Reads the annotations of an entity. A malformed or unknown one becomes a problem that names it and the accepted form. */
export function readBindings(
  entity: Entity,
  connections: Pick<ConnectionRegistry, 'findConnection'>,
): EntityBindings {
  const bindings = new Map<BindingRole, ResolvedBinding[]>();
  const problems = new Map<BindingRole, BindingProblem>();
  for (const [role, annotation] of Object.entries(BINDING_ANNOTATIONS) as [
    BindingRole,
    string,
  ][]) {
    const text = entity.metadata.annotations?.[annotation];
    if (text === undefined) continue;
    // What is too long is a problem as a whole: cut off, its last item could be another resource.
    const items =
      LISTED.has(role) && String(text).length <= MAX_ANNOTATION
        ? String(text)
            .split(',')
            .map(item => item.trim())
        : [String(text)];
    const read = items.map(item =>
      readBinding(role, annotation, item, connections),
    );
    const problem = read.find(one => !isBinding(one));
    if (problem) problems.set(role, problem as BindingProblem);
    else bindings.set(role, unique(read as ResolvedBinding[]));
  }
  return { bindings, problems };
}

/**
 * What an operation concerns: the resources of its own annotation, or of a more general one where the platform can do it on
 * them. At least one.
 */
export function bindingsFor(
  operation: Operation,
  { bindings, problems }: EntityBindings,
): readonly ResolvedBinding[] | BindingProblem {
  const [ownRole] = ROLES[operation];
  for (const role of ROLES[operation]) {
    const problem = problems.get(role);
    if (problem && role === ownRole) return problem;
    const bound = bindings.get(role);
    if (!bound) continue;
    const usable = bound.filter(binding => supports(binding, operation));
    if (usable.length > 0) return usable;
    if (role === ownRole) return cannotDo(bound[0], operation);
  }
  const annotation = BINDING_ANNOTATIONS[ownRole];
  return {
    role: ownRole,
    annotation,
    code: 'binding-missing',
    message: `Add the annotation ${annotation} to the entity, for example ${example(
      annotation,
      bindings.get('model')?.[0].open,
    )}.`,
  };
}

/** What serves the model, whether or not anything can be changed there. */
export function servingBindings({
  bindings,
}: EntityBindings): readonly ResolvedBinding[] {
  const bound = bindings.get('serve') ?? bindings.get('deploy') ?? [];
  return bound.filter(
    binding => binding.open.client.serving && supports(binding, 'traffic'),
  );
}

/** The binding that a request means: the one it names, by default the first. */
export function chooseTarget(
  bindings: readonly ResolvedBinding[],
  target: string | undefined,
): ResolvedBinding {
  const chosen =
    target === undefined
      ? bindings[0]
      : bindings.find(binding => targetOf(binding) === target);
  if (chosen) return chosen;
  throw new StateConflictError(
    'target-unknown',
    `The annotation ${bindings[0].annotation} does not name ${quoted(
      target ?? '',
    )}. It names ${bindings.map(targetOf).join(', ')}.`,
  );
}

/** `<connection>:<resource>`. */
export function targetOf(
  binding: Pick<Binding, 'connection' | 'resource'>,
): string {
  return `${binding.connection}:${binding.resource}`;
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
  if (text.length > MAX_ANNOTATION) {
    return problem(
      'binding-malformed',
      `The annotation ${annotation} is longer than ${MAX_ANNOTATION} characters. Shorten it.`,
    );
  }
  if (separator < 1 || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(id)) {
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

function supports(binding: ResolvedBinding, operation: Operation): boolean {
  return binding.open.platform
    .operationsOf(binding.parsed, actionOf(operation))
    .includes(operation);
}

const WORDS: Readonly<Record<Operation, string>> = {
  start: 'train',
  deploy: 'deploy',
  'set-alias': 'set an alias',
  traffic: 'serve',
  promote: 'serve',
  rollback: 'serve',
  stop: 'serve',
};

function cannotDo(
  binding: ResolvedBinding,
  operation: Operation,
): BindingProblem {
  return {
    role: binding.role,
    annotation: binding.annotation,
    code: 'binding-resource-unknown',
    message: `The annotation ${binding.annotation} names ${quoted(
      binding.resource,
    )}, on which ${binding.platformTitle} cannot ${
      WORDS[operation]
    }. It accepts ${binding.open.platform.resourceForms.join(', ')}.`,
  };
}

function unique(bindings: ResolvedBinding[]): ResolvedBinding[] {
  return [
    ...new Map(bindings.map(binding => [targetOf(binding), binding])).values(),
  ];
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
