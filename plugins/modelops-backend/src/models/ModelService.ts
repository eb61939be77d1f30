import { setTimeout as sleep } from 'node:timers/promises';
import type { Entity } from '@backstage/catalog-model';
import type {
  ActionForm,
  ModelAction,
  ModelDetail,
  ModelSummary,
  Page,
  Run,
  RunAction,
} from 'backstage-plugin-modelops-common';
import { describeGuardrails } from '../access/guardrails';
import type { AuditLedger } from '../audit/AuditLedger';
import type { RequestFacts, RequestJournal } from '../audit/RequestJournal';
import { isOurs, RefusedError } from '../errors';
import {
  type Caller,
  callerFacts,
  type IdentifiedCaller,
} from '../identity/Caller';
import type { ConnectionRegistry } from '../platforms/ConnectionRegistry';
import { toActionForm } from './actionForm';
import {
  bindingFor,
  type EntityBindings,
  isBinding,
  readBindings,
  type ResolvedBinding,
  toBinding,
} from './bindings';
import type { FormReader } from './FormReader';
import {
  aboutDecision,
  type AllowedDecision,
  type ModelActions,
  operationOf,
  principalOf,
} from './ModelActions';
import { describeEntity, type ModelCatalog } from './ModelCatalog';

/** Actions that a card exists for so far. */
const CARD_ACTIONS: readonly RunAction[] = ['train'];
/** Longest a card waits for the platform to name the job's own identity, in milliseconds; it is shown later otherwise. */
const CARD_PATIENCE_MS = 1_500;

/** Entries that close the reading of a form without one. */
const FORM_CODES = { refused: 'form.refused', failed: 'form.failed' } as const;

/** What the newest run of an entity and action is, for callers who may read it. */
export type NewestRuns = (
  entityRefs: readonly string[],
  action: RunAction,
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
      newestRuns: NewestRuns;
      ledger: AuditLedger;
      journal: RequestJournal;
    },
  ) {}

  /** All that the cards of an entity need. */
  async getModel(entityRef: string, caller: Caller): Promise<ModelDetail> {
    const { catalog, connections } = this.options;
    const entity = await catalog.getEntity(entityRef, caller);
    const bindings = readBindings(entity, connections);
    const model = bindings.bindings.get('model');
    const bound = bindings.bindings.size + bindings.problems.size > 0;
    return {
      ...describeEntity(entity),
      model: model && toBinding(model),
      problems: [...bindings.problems.values()],
      actions: bound
        ? await Promise.all(
            CARD_ACTIONS.map(action =>
              this.describeAction(entity, bindings, action, caller),
            ),
          )
        : [],
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
          [...row.bindings.values()].some(
            binding => binding.platform === query.platform,
          ),
      );
    const newest = await newestRuns(
      rows.map(row => row.entityRef),
      'train',
      caller,
    );
    return {
      items: rows.map(row => ({
        entityRef: row.entityRef,
        title: row.title,
        owner: catalog.factsOf(row.entity).owners[0],
        bindings: [...row.bindings.values()].map(toBinding),
        problems: [...row.problems.values()],
        lastRun: newest.get(row.entityRef),
      })),
      nextCursor: page.nextCursor,
    };
  }

  /** The form of an action, read as the person. Refused and failed as a start would be. */
  async getForm(
    entityRef: string,
    action: RunAction,
    caller: IdentifiedCaller,
  ): Promise<ActionForm> {
    const { ledger, journal, forms } = this.options;
    const facts: RequestFacts = { ...callerFacts(caller), action, entityRef };
    try {
      const { binding, decision } = await this.options.actions.decideAction(
        entityRef,
        action,
        caller,
      );
      Object.assign(facts, aboutDecision(binding, decision));
      if (!decision.allowed)
        throw new RefusedError(decision.code, decision.message);
      const form = await forms.read(
        caller,
        binding,
        principalOf(decision),
        operationOf(binding, action),
      );
      const answer = toActionForm(
        action,
        form,
        decision,
        this.options.actions.identityOf(caller, binding, decision, form),
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

  private async describeAction(
    entity: Entity,
    bindings: EntityBindings,
    action: RunAction,
    caller: Caller,
  ): Promise<ModelAction> {
    const binding = bindingFor(action, bindings);
    if (!isBinding(binding)) {
      return {
        action,
        problem: binding,
        allowed: false,
        reason: { code: binding.code, message: binding.message },
        guardrails: [],
      };
    }
    const { entityRef } = describeEntity(entity);
    const [decision, newest] = await Promise.all([
      this.options.actions.decide(entity, binding, action, caller),
      this.options.newestRuns([entityRef], action, caller),
    ]);
    const common = {
      action,
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
      const facts = {
        ...callerFacts(caller),
        ...aboutDecision(binding, decision),
        action,
        entityRef,
      };
      return {
        ...allowed,
        runsAs: this.options.actions.runsAs(caller, binding, decision),
        jobRunsAs: await this.jobRunsAs(
          caller,
          binding,
          decision,
          facts,
          action,
        ),
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
    action: RunAction,
  ): Promise<string | undefined> {
    const { forms, journal } = this.options;
    const reading = forms
      .read(
        caller,
        binding,
        principalOf(decision),
        operationOf(binding, action),
      )
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

function isIdentified(caller: Caller): caller is IdentifiedCaller {
  return caller.identity !== undefined;
}
