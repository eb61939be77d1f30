import type { Entity } from '@backstage/catalog-model';
import {
  type Operation,
  OPERATIONS,
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
  bindingFor,
  isBinding,
  readBindings,
  type ResolvedBinding,
} from './bindings';
import { describeEntity, type ModelCatalog } from './ModelCatalog';
import { sameName } from './sameName';

/** Longest name of a principal, in characters: an e-mail address has 320 at most (RFC 5321). */
const MAX_PRINCIPAL = 320;

/** A yes, with the rule that gave it. */
export type AllowedDecision = Extract<AccessDecision, { allowed: true }>;

/** A decision about an action on what an entity is bound to. */
export interface DecidedAction {
  binding: ResolvedBinding;
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

  /** Entity, binding and decision of an action; throws if the entity or a usable binding is missing. */
  async decideAction(
    entityRef: string,
    action: RunAction,
    caller: Caller,
  ): Promise<DecidedAction> {
    const { catalog, connections } = this.options;
    const entity = await catalog.getEntity(entityRef, caller);
    const binding = bindingFor(action, readBindings(entity, connections));
    if (!isBinding(binding))
      throw new StateConflictError(binding.code, binding.message);
    return {
      binding,
      decision: await this.decide(entity, binding, action, caller),
    };
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
      entity && readBindings(entity, connections).bindings.get('model');
    if (!entity || !model || model.connection !== connection) return undefined;
    const decision = await this.decide(entity, model, 'read', caller);
    return decision.allowed ? model.parsed : undefined;
  }

  /** Whom the platform sees, and whether that is also whom the job runs as. */
  identityOf(
    caller: IdentifiedCaller,
    binding: ResolvedBinding,
    decision: AllowedDecision,
    form: Pick<PlatformForm, 'jobRunsAs'>,
  ): { callerRunsIt: boolean; runsAs: RunsAs } {
    const runsAs = this.runsAs(caller, binding, decision);
    return {
      runsAs,
      // A platform that does not say who runs the job gives nobody the benefit of the doubt.
      callerRunsIt:
        runsAs.kind === 'person' && sameName(form.jobRunsAs, runsAs.principal),
    };
  }

  /** The decision about an action on one binding of an entity. */
  decide(
    entity: Entity,
    binding: ResolvedBinding,
    action: 'read' | RunAction,
    caller: Caller,
  ): Promise<AccessDecision> {
    const { catalog, access } = this.options;
    return access.decide(caller, {
      entityRef: describeEntity(entity).entityRef,
      action,
      connection: binding.connection,
      environment: binding.environment,
      resource: binding.resource,
      entity: catalog.factsOf(entity),
    });
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

/** The operation an action's form and card are about: the first that the resource offers. */
export function operationOf(
  binding: ResolvedBinding,
  action: RunAction,
): Operation {
  const offered = binding.open.platform.operationsOf(binding.parsed, action);
  return (
    OPERATIONS[action].find(operation => offered.includes(operation)) ??
    OPERATIONS[action][0]
  );
}
