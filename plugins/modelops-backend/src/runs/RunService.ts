import type {
  Operation,
  Run,
  RunsAs,
  StartRunRequest,
  TrafficShares,
} from 'backstage-plugin-modelops-common';
import type { Secret } from 'backstage-plugin-modelops-node';
import { scopeOf } from '../access/ruleScope';
import type { AuditLedger } from '../audit/AuditLedger';
import { keyedHash } from '../audit/auditEntry';
import { isUniqueViolation } from '../database/databaseErrors';
import type { RequestFacts, RequestJournal } from '../audit/RequestJournal';
import type { Principal } from '../credentials/CredentialBroker';
import { RefusedError, StateConflictError } from '../errors';
import { callerFacts, type IdentifiedCaller } from '../identity/Caller';
import type { ResolvedBinding } from '../models/bindings';
import {
  checkParameters,
  type CheckedParameters,
  secretFieldsOf,
} from '../models/checkParameters';
import type { ChangeGate } from '../models/ChangeGate';
import { checkChange, sharesOf } from '../models/checkChange';
import {
  aboutDecision,
  type AllowedDecision,
  type ModelActions,
  principalOf,
} from '../models/ModelActions';
import { maskParameters } from './maskParameters';
import { runFacts } from './runEntries';
import { LEASE_MS } from './runLifecycle';
import type { RunSubmitter } from './RunSubmitter';
import { type NewRun, type StoredRun, toRequestedRun } from './runRow';
import type { RunStore } from './RunStore';
import type { RunView } from './RunView';

/** Operations for which the version has to be in the registry; the others are about what is served already. */
const NEEDS_VERSION: ReadonlySet<Operation> = new Set(['deploy', 'set-alias']);

/** A request that passed steps 3 to 5 of the gate: what is to be recorded and then sent. */
interface Admitted {
  binding: ResolvedBinding;
  decision: AllowedDecision;
  principal: Principal;
  runsAs: RunsAs;
  jobRunsAs?: string;
  parameters: CheckedParameters;
  model?: ResolvedBinding;
  /** What is served when the change is decided, and the shares of it. */
  revision?: string;
  before?: TrafficShares;
}

/** The gate of design §5 from the verified caller to the recorded run; each step is a fence for the next. */
export class RunService {
  constructor(
    private readonly options: {
      actions: ModelActions;
      changes: ChangeGate;
      runs: RunStore;
      view: RunView;
      submitter: RunSubmitter;
      ledger: AuditLedger;
      journal: RequestJournal;
      hashKey: Secret;
      owner: string;
      newId: () => string;
      clock: () => Date;
    },
  ) {}

  /** Starts one run for one key, whatever happens on the way; see design §5 for the order and D8 for the key. */
  async start(
    request: StartRunRequest,
    idempotencyKey: string,
    caller: IdentifiedCaller,
  ): Promise<Run> {
    const facts: RequestFacts = {
      ...callerFacts(caller),
      action: request.action,
      operation: request.operation,
      entityRef: request.entityRef,
      version: request.version,
      reason: request.reason,
      parametersHash: keyedHash(this.options.hashKey, request.parameters),
    };
    let run: StoredRun;
    let admitted: Admitted;
    try {
      const requestHash = keyedHash(this.options.hashKey, request);
      const earlier = await this.findEarlier(
        caller,
        idempotencyKey,
        requestHash,
      );
      if (earlier) return await this.replay(earlier, facts);
      try {
        admitted = await this.admit(request, caller, facts);
      } catch (error) {
        // Sent twice at once: what the first one does may be what is in the way of the second.
        const first = await this.findEarlier(
          caller,
          idempotencyKey,
          requestHash,
        );
        if (!first) throw error;
        return await this.replay(first, facts);
      }
      const recorded = await this.record(
        request,
        { idempotencyKey, requestHash },
        caller,
        admitted,
        facts,
      );
      if (!recorded.first) return await this.replay(recorded.run, facts);
      run = recorded.run;
    } catch (error) {
      throw await this.options.journal.close(
        error,
        { refused: 'run.refused', failed: 'run.start-failed' },
        facts,
      );
    }
    // From here the run exists: whatever happens below, the reconciler finds it by its id. Never an error after this.
    const { binding, principal, parameters } = admitted;
    return this.options.view.toWire(
      await this.options.submitter.submit({
        run,
        open: binding.open,
        principal,
        job: {
          resource: binding.parsed,
          parameters: parameters.values,
          jobRunsAs: admitted.jobRunsAs,
          model: admitted.model?.parsed,
          revision: admitted.revision,
        },
        caller,
        facts,
      }),
    );
  }

  /** Steps 3 to 5: entity and binding, decision, form and parameters. Nothing outside is called before the decision. */
  private async admit(
    request: StartRunRequest,
    caller: IdentifiedCaller,
    facts: RequestFacts,
  ): Promise<Admitted> {
    const { actions, changes } = this.options;
    const { operation, version } = request;
    const decided = await actions.decideOperation(
      request.entityRef,
      operation,
      caller,
      request.target,
    );
    const { binding, decision, model } = decided;
    Object.assign(facts, aboutDecision(binding, decision));
    if (!decision.allowed)
      throw new RefusedError(decision.code, decision.message);
    const allowed = { ...decided, decision };
    if (version !== undefined && NEEDS_VERSION.has(operation))
      await changes.requireVersion(caller, allowed, operation, version);
    const principal = principalOf(decision);
    const form = await changes.readForm(caller, allowed, operation);
    const { runsAs, callerRunsIt } = actions.identityOf(
      caller,
      binding,
      decision,
      form,
      operation,
    );
    facts.parameters = maskParameters(request.parameters, {
      fields: secretFieldsOf(form),
      values: [caller.identity.token.reveal()],
      byName: operation === 'start',
    });
    const parameters = checkParameters(
      request.parameters,
      form,
      decision.guardrails,
      { callerRunsIt },
    );
    if (form.serving) await changes.requireQuiet(binding);
    checkChange(form, {
      operation,
      version,
      revision: request.revision,
      values: parameters.values,
    });
    return {
      binding,
      decision,
      principal,
      runsAs,
      jobRunsAs: form.jobRunsAs,
      parameters,
      model,
      revision: form.serving?.revision ?? form.revision,
      before: sharesOf(form),
    };
  }

  /** Step 6: the run and its entry, in one transaction, with the limit counted under a lock. */
  private async record(
    request: StartRunRequest,
    key: { idempotencyKey: string; requestHash: string },
    caller: IdentifiedCaller,
    admitted: Admitted,
    facts: RequestFacts,
  ): Promise<{ first: boolean; run: StoredRun }> {
    const { ledger, runs, clock, newId, owner, hashKey } = this.options;
    const { binding, decision, runsAs, jobRunsAs, parameters } = admitted;
    const now = clock();
    const id = newId();
    const shown = maskParameters(parameters.values, {
      fields: parameters.secretFields,
      values: [caller.identity.token.reveal()],
      byName: request.operation === 'start',
    });
    // From here on entries name what is sent, defaults included, and no longer what was typed.
    facts.parameters = shown;
    facts.parametersHash = keyedHash(hashKey, parameters.values);
    const run: NewRun = {
      ...key,
      id,
      entityRef: request.entityRef,
      action: request.action,
      operation: request.operation,
      version: request.version,
      connection: binding.connection,
      platform: binding.platform,
      environment: binding.environment,
      resource: binding.resource,
      model: admitted.model?.resource,
      revision: admitted.revision,
      before: admitted.before,
      startedBy: caller.userEntityRef,
      agent: caller.agent,
      role: decision.role,
      rule: decision.rule,
      mappingHash: decision.mappingHash,
      runsAs,
      jobRunsAs,
      parameters: shown,
      reason: request.reason,
      requestedAt: now,
      leaseOwner: owner,
      leaseExpiresAt: new Date(now.getTime() + LEASE_MS),
    };
    try {
      const entry = await ledger.commit(async tx => {
        await runs.insert(tx, run);
        // After the insert, so that a repeated key is known as such before it can hit the limit.
        const { concurrentRuns } = decision.limits;
        if (concurrentRuns !== undefined) {
          const open = await runs.countOpen(
            tx,
            caller.userEntityRef,
            scopeOf(decision.scope),
          );
          if (open > concurrentRuns)
            throw noRoom(decision.role, open - 1, concurrentRuns);
        }
        return {
          ...facts,
          code: 'run.requested',
          runId: id,
          principal: runsAs.principal,
          before: run.before,
          toState: 'requested',
        };
      }, caller.userEntityRef);
      // Not read back: from here on nothing may fail before the run has been handed over.
      return { first: true, run: toRequestedRun(run, entry.sequence) };
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const earlier = await this.findEarlier(
        caller,
        key.idempotencyKey,
        key.requestHash,
      );
      if (!earlier) throw error;
      return { first: false, run: earlier };
    }
  }

  private async findEarlier(
    caller: IdentifiedCaller,
    key: string,
    requestHash: string,
  ): Promise<StoredRun | undefined> {
    const earlier = await this.options.runs.findByIdempotencyKey(
      caller.userEntityRef,
      caller.agent,
      key,
    );
    if (!earlier || earlier.requestHash === requestHash) return earlier;
    throw new StateConflictError(
      'idempotency-key-reused',
      'This Idempotency-Key was used for another request. Use a new key for a new request.',
    );
  }

  private async replay(run: StoredRun, facts: RequestFacts): Promise<Run> {
    await this.options.ledger.record(
      {
        ...facts,
        ...runFacts(run),
        code: 'run.replayed',
        outcome: 'replayed',
      },
      'apart',
    );
    return this.options.view.toWire(run);
  }
}

function noRoom(
  role: string,
  open: number,
  allowed: number,
): StateConflictError {
  return new StateConflictError(
    'concurrent-runs-limit',
    `You have ${open} open runs, and your role ${role} allows ${allowed}. Wait for one to end, or cancel it.`,
  );
}
