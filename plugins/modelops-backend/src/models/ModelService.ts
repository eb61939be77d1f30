import { setTimeout as sleep } from 'node:timers/promises';
import type { Entity } from '@backstage/catalog-model';
import {
  type ActionForm,
  actionOf,
  type BindingProblem,
  type ModelAction,
  type ModelDetail,
  type ModelSummary,
  type Operation,
  OPERATIONS,
  type Page,
  type Permission,
  type Run,
  type RunAction,
} from 'backstage-plugin-modelops-common';
import type { AccessDecision } from '../access/AccessPolicy';
import { describeGuardrails } from '../access/guardrails';
import type { AuditLedger } from '../audit/AuditLedger';
import type { RequestFacts, RequestJournal } from '../audit/RequestJournal';
import { InvalidRequestError, isOurs, RefusedError } from '../errors';
import {
  type Caller,
  callerFacts,
  type IdentifiedCaller,
} from '../identity/Caller';
import type { ConnectionRegistry } from '../platforms/ConnectionRegistry';
import { toActionForm } from './actionForm';
import type { NewestOf } from '../runs/RunStore';
import {
  bindingsFor,
  type EntityBindings,
  isBinding,
  readBindings,
  type ResolvedBinding,
  servingBindings,
  toBinding,
} from './bindings';
import type { ChangeGate } from './ChangeGate';
import type { FormReader } from './FormReader';
import {
  aboutDecision,
  allOf,
  type AllowedDecision,
  type EntityQuestion,
  type ModelActions,
  principalOf,
  questionsOf,
} from './ModelActions';
import { describeEntity, type ModelCatalog } from './ModelCatalog';

/** Operations that cards begin with. */
const CARD_OPERATIONS: readonly Operation[] = [
  'start',
  'deploy',
  'set-alias',
  'traffic',
];
/** Longest a card waits for the platform to name the job's own identity, in milliseconds; it is shown later otherwise. */
const CARD_PATIENCE_MS = 1_500;

/** Entries that close the reading of a form without one. */
const FORM_CODES = { refused: 'form.refused', failed: 'form.failed' } as const;

/** The newest run of each entity, of those that the caller may read. */
export type NewestRuns = (
  entityRefs: readonly string[],
  of: NewestOf,
  caller: Caller,
) => Promise<Map<string, Run>>;

/** Models of the catalog: their bindings, what the caller may do with them, and the forms of it. */
export class ModelService {
  constructor(
    private readonly options: {
      catalog: ModelCatalog;
      connections: ConnectionRegistry;
      actions: ModelActions;
      forms: FormReader;
      changes: ChangeGate;
      newestRuns: NewestRuns;
      ledger: AuditLedger;
      journal: RequestJournal;
    },
  ) {}

  /** All that the cards of an entity need. */
  async getModel(entityRef: string, caller: Caller): Promise<ModelDetail> {
    const { actions, catalog, connections } = this.options;
    const entity = await catalog.getEntity(entityRef, caller);
    const bindings = readBindings(entity, connections);
    const model = bindings.bindings.get('model')?.[0];
    const bound = bindings.bindings.size + bindings.problems.size > 0;
    const offers = bound
      ? CARD_OPERATIONS.flatMap(operation => offersOf(operation, bindings))
      : [];
    const serving = servingBindings(bindings);
    // All decisions of the page at once: the permission framework is asked over HTTP.
    const decisions = await actions.decideMany(
      entity,
      [
        ...offers.flatMap(({ questions }) => questions),
        ...(model ? [{ binding: model, action: 'read' as const }] : []),
        ...serving.flatMap(binding => [
          { binding, action: 'read' as const },
          { binding, action: 'predict' as const },
        ]),
      ],
      caller,
    );
    const next = () => decisions.shift()!;
    const described = offers.map(offer =>
      this.describeOffer(
        entity,
        offer,
        offer.questions.length > 0
          ? allOf(offer.questions.map(next))
          : undefined,
        caller,
      ),
    );
    return {
      ...describeEntity(entity),
      model: model && toBinding(model),
      problems: [...bindings.problems.values()],
      versions: model && toPermission(next()),
      serving: serving.map(binding => ({
        binding: toBinding(binding),
        read: toPermission(next()),
        predict: toPermission(next()),
      })),
      actions: await Promise.all(described),
      identified: caller.identity !== undefined,
    };
  }

  /** Models by name. A page may be shorter than asked for when a filter on the platform leaves entities out. */
  async listModels(
    query: {
      platform?: string;
      owner?: string;
      cursor?: string;
      limit: number;
    },
    caller: Caller,
  ): Promise<Page<ModelSummary>> {
    const { catalog, connections, newestRuns } = this.options;
    const page = await catalog.listModels(query, caller);
    const rows = page.items
      .map(entity => ({
        entity,
        ...describeEntity(entity),
        ...readBindings(entity, connections),
      }))
      .filter(
        row =>
          !query.platform ||
          [...row.bindings.values()]
            .flat()
            .some(binding => binding.platform === query.platform),
      );
    const newest = await newestRuns(
      rows.map(row => row.entityRef),
      { action: 'train' },
      caller,
    );
    return {
      items: rows.map(row => ({
        entityRef: row.entityRef,
        title: row.title,
        owner: catalog.factsOf(row.entity).owners[0],
        bindings: [...row.bindings.values()].flat().map(toBinding),
        problems: [...row.problems.values()],
        lastRun: newest.get(row.entityRef),
      })),
      nextCursor: page.nextCursor,
    };
  }

  /** The form of an operation, read as the person. Refused and failed as a start would be. */
  async getForm(
    entityRef: string,
    asked: { action: RunAction; operation?: Operation; target?: string },
    caller: IdentifiedCaller,
  ): Promise<ActionForm> {
    const { actions, changes, ledger, journal } = this.options;
    const operation = asked.operation ?? OPERATIONS[asked.action][0];
    const facts: RequestFacts = {
      ...callerFacts(caller),
      action: asked.action,
      operation,
      entityRef,
    };
    try {
      requireOperationOf(asked.action, operation);
      const { binding, decision, model } = await actions.decideOperation(
        entityRef,
        operation,
        caller,
        asked.target,
      );
      Object.assign(facts, aboutDecision(binding, decision));
      if (!decision.allowed)
        throw new RefusedError(decision.code, decision.message);
      const form = await changes.readForm(
        caller,
        { binding, decision, model },
        operation,
      );
      const answer = toActionForm(
        operation,
        form,
        decision,
        actions.identityOf(caller, binding, decision, form, operation),
      );
      await ledger.record(
        {
          ...facts,
          code: 'form.read',
          outcome: 'accepted',
          principal: answer.runsAs.principal,
        },
        'apart',
      );
      return answer;
    } catch (error) {
      throw await journal.close(error, FORM_CODES, facts);
    }
  }

  private async describeOffer(
    entity: Entity,
    { operation, binding }: Offer,
    decision: AccessDecision | undefined,
    caller: Caller,
  ): Promise<ModelAction> {
    const action = actionOf(operation);
    if (!isBinding(binding) || !decision) {
      const problem = binding as BindingProblem;
      return {
        action,
        operation,
        operations: [],
        problem,
        allowed: false,
        reason: { code: problem.code, message: problem.message },
        guardrails: [],
      };
    }
    const { entityRef } = describeEntity(entity);
    const operations = operationsWith(operation, binding);
    const newest = await this.options.newestRuns(
      [entityRef],
      {
        action,
        operations,
        connection: binding.connection,
        resource: binding.resource,
      },
      caller,
    );
    const common = {
      action,
      operation,
      operations,
      binding: toBinding(binding),
      lastRun: newest.get(entityRef),
    };
    if (!decision.allowed) {
      return {
        ...common,
        allowed: false,
        reason: { code: decision.code, message: decision.message },
        guardrails: [],
      };
    }
    const allowed = {
      ...common,
      allowed: true,
      role: decision.role,
      guardrails: describeGuardrails(decision.guardrails),
    };
    if (!isIdentified(caller)) return allowed;
    try {
      const runsAs = this.options.actions.runsAs(caller, binding, decision);
      if (operation !== 'start') return { ...allowed, runsAs };
      const facts = {
        ...callerFacts(caller),
        ...aboutDecision(binding, decision),
        action,
        entityRef,
      };
      return {
        ...allowed,
        runsAs,
        jobRunsAs: await this.jobRunsAs(caller, binding, decision, facts),
      };
    } catch (error) {
      if (!isOurs(error)) throw error;
      const { code, message } = error;
      return { ...allowed, allowed: false, reason: { code, message } };
    }
  }

  /**
   * Who the job runs as, if the platform tells this person soon enough. A refusal is recorded: a token endpoint was asked.
   * What failed shows when the person clicks.
   */
  private async jobRunsAs(
    caller: IdentifiedCaller,
    binding: ResolvedBinding,
    decision: AllowedDecision,
    facts: RequestFacts,
  ): Promise<string | undefined> {
    const { forms, journal } = this.options;
    const reading = forms
      .read(caller, binding, principalOf(decision), 'start')
      .then(form => form.jobRunsAs)
      .catch(error => journal.close(error, FORM_CODES, facts))
      .then(name => (typeof name === 'string' ? name : undefined));
    reading.catch(() => undefined); // it may fail after nobody waits for it any more
    const answered = new AbortController();
    const patience = sleep(CARD_PATIENCE_MS, undefined, {
      signal: answered.signal,
    }).catch(() => undefined);
    return Promise.race([reading, patience]).finally(() => answered.abort());
  }
}

/** What a card begins with: on one of the bound resources, or why on none. */
interface Offer {
  operation: Operation;
  binding: ResolvedBinding | BindingProblem;
  /** What has to be allowed for it; nothing where there is no binding. */
  questions: EntityQuestion[];
}

function offersOf(operation: Operation, bindings: EntityBindings): Offer[] {
  const bound = bindingsFor(operation, bindings);
  if ('code' in bound) return [{ operation, binding: bound, questions: [] }];
  const model =
    operation === 'start' ? undefined : bindings.bindings.get('model')?.[0];
  return bound.map(binding => ({
    operation,
    binding,
    questions: questionsOf(operation, binding, model),
  }));
}

/** The operations of a card: those of the action that the resource offers, but for one that has a card of its own. */
function operationsWith(
  operation: Operation,
  binding: ResolvedBinding,
): Operation[] {
  const action = actionOf(operation);
  return binding.open.platform
    .operationsOf(binding.parsed, action)
    .filter(one => one === operation || !CARD_OPERATIONS.includes(one));
}

function requireOperationOf(action: RunAction, operation: Operation): void {
  if (OPERATIONS[action].includes(operation)) return;
  throw new InvalidRequestError(
    'request-invalid',
    `operation: does not belong to ${action}`,
  );
}

function toPermission(decision: AccessDecision): Permission {
  return decision.allowed
    ? { allowed: true }
    : {
        allowed: false,
        reason: { code: decision.code, message: decision.message },
      };
}

function isIdentified(caller: Caller): caller is IdentifiedCaller {
  return caller.identity !== undefined;
}
