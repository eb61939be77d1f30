import type { Entity } from '@backstage/catalog-model';
import {
  actionOf,
  BINDING_ANNOTATIONS,
  type Operation,
  type RunAction,
  type RunsAs,
} from 'backstage-plugin-modelops-common';
import type {
  PlatformForm,
  PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { AccessDecision, AccessPolicy } from '../access/AccessPolicy';
import type { RequestFacts } from '../audit/RequestJournal';
import type {
  CredentialBroker,
  Principal,
} from '../credentials/CredentialBroker';
import { RefusedError, StateConflictError } from '../errors';
import type { Caller, IdentifiedCaller } from '../identity/Caller';
import type { ConnectionRegistry } from '../platforms/ConnectionRegistry';
import {
  bindingsFor,
  chooseTarget,
  type EntityBindings,
  readBindings,
  type ResolvedBinding,
  servingBindings,
} from './bindings';
import { describeEntity, type ModelCatalog } from './ModelCatalog';
import { sameName } from './sameName';

/** Longest name of a principal, in characters: an e-mail address has 320 at most (RFC 5321). */
const MAX_PRINCIPAL = 320;

/** A yes, with the rule that gave it. */
export type AllowedDecision = Extract<AccessDecision, { allowed: true }>;

/** An action on an entity's resource. */
export type EntityAction = 'read' | 'predict' | RunAction;

/** A decision about an action on what an entity is bound to. */
export interface DecidedAction {
  entity: Entity;
  binding: ResolvedBinding;
  /** The model whose versions are meant, where there is one. */
  model?: ResolvedBinding;
  decision: AccessDecision;
}

/** What an action on an entity means for a caller: which resource, whether allowed, and as whom. */
export class ModelActions {
  constructor(
    private readonly options: {
      catalog: ModelCatalog;
      connections: ConnectionRegistry;
      access: AccessPolicy;
      credentials: CredentialBroker;
    },
  ) {}

  /** What an operation concerns, and whether the caller may; throws if the entity or a usable binding is missing. */
  async decideOperation(
    entityRef: string,
    operation: Operation,
    caller: Caller,
    target?: string,
  ): Promise<DecidedAction> {
    const { entity, bindings } = await this.readEntity(entityRef, caller);
    const bound = bindingsFor(operation, bindings);
    if ('code' in bound)
      throw new StateConflictError(bound.code, bound.message);
    const binding = chooseTarget(bound, target);
    const model =
      operation === 'start' ? undefined : requireModel(bindings, binding);
    const decisions = await this.decideMany(
      entity,
      questionsOf(operation, binding, model),
      caller,
    );
    return { entity, binding, model, decision: allOf(decisions) };
  }

  /** The model's registry, or what serves it, and whether the caller may look at it or ask it. */
  async decideOn(
    entityRef: string,
    role: 'model' | 'serve',
    action: 'read' | 'predict',
    caller: Caller,
    target?: string,
  ): Promise<DecidedAction> {
    const { entity, bindings } = await this.readEntity(entityRef, caller);
    const model = bindings.bindings.get('model')?.[0];
    if (role === 'model') {
      const binding = requireModel(bindings);
      const decision = await this.decide(entity, binding, action, caller);
      return { entity, binding, model, decision };
    }
    const serving = servingBindings(bindings);
    if (serving.length === 0) {
      const missing = bindingsFor('traffic', bindings);
      throw 'code' in missing
        ? new StateConflictError(missing.code, missing.message)
        : new StateConflictError(
            'operation-unsupported',
            `${missing[0].platformTitle} does not tell what ${missing[0].resource} serves.`,
          );
    }
    const binding = chooseTarget(serving, target);
    const decision = await this.decide(entity, binding, action, caller);
    return { entity, binding, model, decision };
  }

  /** Where the versions of an entity are, if that is on this connection and the caller may read it. */
  async findModelResource(
    entityRef: string,
    connection: string,
    caller: Caller,
  ): Promise<PlatformResource | undefined> {
    const { catalog, connections } = this.options;
    const entity = (await catalog.findEntities([entityRef], caller)).get(
      entityRef,
    );
    const model =
      entity && readBindings(entity, connections).bindings.get('model')?.[0];
    if (!entity || !model || model.connection !== connection) return undefined;
    const decision = await this.decide(entity, model, 'read', caller);
    return decision.allowed ? model.parsed : undefined;
  }

  /** Whom the platform sees, and whether that is also whom the job runs as. */
  identityOf(
    caller: IdentifiedCaller,
    binding: ResolvedBinding,
    decision: AllowedDecision,
    form: Pick<PlatformForm, 'direct' | 'jobRunsAs'>,
    operation: Operation,
  ): { callerRunsIt: boolean; runsAs: RunsAs } {
    const runsAs = this.runsAs(caller, binding, decision);
    const asPerson = runsAs.kind === 'person';
    return {
      runsAs,
      callerRunsIt: form.direct
        ? // How the traffic is divided is what `serve` allows; no rule could list parameters that are named by versions.
          asPerson || actionOf(operation) === 'serve'
        : // A platform that does not say who runs the job gives nobody the benefit of the doubt.
          asPerson && sameName(form.jobRunsAs, runsAs.principal),
    };
  }

  /** The decision about an action on one binding of an entity. */
  async decide(
    entity: Entity,
    binding: ResolvedBinding,
    action: EntityAction,
    caller: Caller,
  ): Promise<AccessDecision> {
    const [decision] = await this.decideMany(
      entity,
      [{ binding, action }],
      caller,
    );
    return decision;
  }

  /** One decision per question about an entity, in their order; the permission framework is asked once. */
  decideMany(
    entity: Entity,
    questions: readonly EntityQuestion[],
    caller: Caller,
  ): Promise<AccessDecision[]> {
    const { catalog, access } = this.options;
    return access.decideMany(
      caller,
      questions.map(({ binding, action }) => ({
        entityRef: describeEntity(entity).entityRef,
        action,
        connection: binding.connection,
        environment: binding.environment,
        resource: binding.resource,
        entity: catalog.factsOf(entity),
      })),
    );
  }

  private async readEntity(entityRef: string, caller: Caller) {
    const { catalog, connections } = this.options;
    const entity = await catalog.getEntity(entityRef, caller);
    return { entity, bindings: readBindings(entity, connections) };
  }

  /** Whom the platform sees. Throws when the ID token has no name that it knows the person by. */
  runsAs(
    caller: IdentifiedCaller,
    binding: ResolvedBinding,
    decision: AllowedDecision,
  ): RunsAs {
    const principal = principalOf(decision);
    const name = this.options.credentials.principalName(
      caller,
      binding.open.config,
      principal,
    );
    if (!name || name.length > MAX_PRINCIPAL) {
      throw new RefusedError(
        'identity-claim-missing',
        `Your ID token has no verified name that ${binding.platformTitle} could know you by. Ask the identity provider to put it in.`,
      );
    }
    return {
      kind: principal.kind,
      principal: name,
      through: principal.kind === 'person' ? 'person' : principal.through,
    };
  }
}

/** What an entry says of a decision about an entity's binding. */
export function aboutDecision(
  binding: ResolvedBinding,
  decision: AccessDecision,
): Partial<RequestFacts> {
  return {
    connections: [binding.connection],
    resources: [`${binding.connection}:${binding.resource}`],
    mappingHash: decision.mappingHash,
    ...(decision.allowed && { role: decision.role, rule: decision.rule }),
  };
}

/** As whom a decision says the platform is to be called. */
export function principalOf(decision: AllowedDecision): Principal {
  return decision.as
    ? {
        kind: 'service-principal',
        id: decision.as.servicePrincipal,
        through: decision.as.through,
      }
    : { kind: 'person' };
}

/**
 * The model where its versions are registered and, if that is elsewhere, on the connection of what serves it: there it is
 * taken by its name, and may be another model.
 */
export function modelAt(
  { connection, environment, open }: ResolvedBinding,
  model: ResolvedBinding | undefined,
): ResolvedBinding[] {
  if (!model) return [];
  return model.connection === connection
    ? [model]
    : [model, { ...model, connection, environment, open }];
}

/** A question about one binding of an entity. */
export interface EntityQuestion {
  binding: ResolvedBinding;
  action: EntityAction;
}

/**
 * What has to be allowed for an operation; all of it. Whose versions it moves is what the entity says, so that has to be somebody
 * who may do the same with the model: serve it, or read what is deployed (design §4).
 */
export function questionsOf(
  operation: Operation,
  binding: ResolvedBinding,
  model: ResolvedBinding | undefined,
): EntityQuestion[] {
  const action = actionOf(operation);
  return [
    { binding, action },
    ...modelAt(binding, model).map(one => ({
      binding: one,
      action: action === 'serve' ? action : ('read' as const),
    })),
  ];
}

/** The first no, or the answer about what the operation concerns. */
export function allOf(decisions: readonly AccessDecision[]): AccessDecision {
  return decisions.find(({ allowed }) => !allowed) ?? decisions[0];
}

/** The model whose versions are meant. With `target`, it has to be where that can get them from. */
function requireModel(
  { bindings, problems }: EntityBindings,
  target?: ResolvedBinding,
): ResolvedBinding {
  const problem = problems.get('model');
  if (problem) throw new StateConflictError(problem.code, problem.message);
  const model = bindings.get('model')?.[0];
  if (!model) {
    throw new StateConflictError(
      'binding-missing',
      `Add the annotation ${BINDING_ANNOTATIONS.model} to the entity: it says where the versions are registered.`,
    );
  }
  if (target && target.platform !== model.platform) {
    throw new StateConflictError(
      'operation-unsupported',
      `The versions are on ${model.platformTitle}, and ${target.resource} is on ${target.platformTitle}, which cannot take them from there.`,
    );
  }
  return model;
}
