import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import {
  type ErrorCode,
  type Run,
  type RunsAs,
  type StartRunRequest,
} from 'backstage-plugin-modelops-common';
import {
  type Credential,
  type JobReading,
  PlatformError,
  type Secret,
} from 'backstage-plugin-modelops-node';
import type { AuditLedger } from '../audit/AuditLedger';
import { keyedHash } from '../audit/auditEntry';
import type { RequestFacts, RequestJournal } from '../audit/RequestJournal';
import type {
  CredentialBroker,
  Principal,
} from '../credentials/CredentialBroker';
import { codeOf, isOurs, RefusedError, StateConflictError } from '../errors';
import { callerFacts, type IdentifiedCaller } from '../identity/Caller';
import type { ResolvedBinding } from '../models/bindings';
import {
  checkParameters,
  type CheckedParameters,
} from '../models/checkParameters';
import type { FormReader } from '../models/FormReader';
import {
  aboutDecision,
  type AllowedDecision,
  type ModelService,
  principalOf,
} from '../models/ModelService';
import { maskParameters } from './maskParameters';
import { credentialFacts, runFacts } from './runEntries';
import { LEASE_MS, SUBMIT_DEADLINE_MS } from './runLifecycle';
import {
  isReusedKey,
  type RunStore,
  type StoredRun,
  toWireRun,
} from './RunStore';

/** When the reconciler looks first after a submit, in milliseconds. */
const FIRST_LOOK_MS = 1_000;

/** A request that passed steps 3 to 5 of the gate: what is to be recorded and then sent. */
interface Admitted {
  binding: ResolvedBinding;
  decision: AllowedDecision;
  principal: Principal;
  runsAs: RunsAs;
  jobRunsAs?: string;
  parameters: CheckedParameters;
}

/** The gate of design §5, from the verified caller on; each step is a fence for the next. */
export class RunService {
  constructor(
    private readonly options: {
      models: ModelService;
      forms: FormReader;
      credentials: CredentialBroker;
      runs: RunStore;
      ledger: AuditLedger;
      journal: RequestJournal;
      hashKey: Secret;
      owner: string;
      newId: () => string;
      clock: () => Date;
      logger: LoggerService;
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
      reason: request.reason,
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
      admitted = await this.admit(request, caller, facts);
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
    return toWireRun(await this.submit(run, admitted, caller, facts));
  }

  /** Steps 3 to 5: entity and binding, decision, form and parameters. Nothing outside is called before the decision. */
  private async admit(
    request: StartRunRequest,
    caller: IdentifiedCaller,
    facts: RequestFacts,
  ): Promise<Admitted> {
    const { models, forms } = this.options;
    const { binding, decision } = await models.decideAction(
      request.entityRef,
      request.action,
      caller,
    );
    Object.assign(facts, aboutDecision(binding, decision));
    if (!decision.allowed)
      throw new RefusedError(decision.code, decision.message);
    if (
      !binding.open.platform
        .operationsOf(binding.parsed, request.action)
        .includes(request.operation)
    ) {
      throw new StateConflictError(
        'operation-unsupported',
        `${binding.platformTitle} does not offer '${request.operation}' on ${binding.resource}.`,
      );
    }
    const principal = principalOf(decision);
    const form = await forms.read(
      caller,
      binding,
      principal,
      request.operation,
    );
    const { runsAs, callerRunsIt } = models.identityOf(
      caller,
      binding,
      decision,
      form,
    );
    const parameters = checkParameters(
      request.parameters,
      form,
      decision.guardrails,
      { callerRunsIt },
    );
    return {
      binding,
      decision,
      principal,
      runsAs,
      jobRunsAs: form.jobRunsAs,
      parameters,
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
    });
    try {
      await ledger.commit(async tx => {
        await runs.insert(tx, {
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
        });
        // After the insert, so that a repeated key is known as such before it can hit the limit.
        requireRoom(
          await runs.countOpen(tx, caller.userEntityRef, decision.rule),
          decision,
        );
        return {
          entry: {
            ...facts,
            code: 'run.requested',
            runId: id,
            principal: runsAs.principal,
            parameters: shown,
            parametersHash: keyedHash(hashKey, parameters.values),
            toState: 'requested',
          },
          value: undefined,
        };
      });
    } catch (error) {
      if (!isReusedKey(error)) throw error;
      const earlier = await this.findEarlier(
        caller,
        key.idempotencyKey,
        key.requestHash,
      );
      if (!earlier) throw error;
      return { first: false, run: earlier };
    }
    return { first: true, run: await runs.getRun(id) };
  }

  /** Steps 7 to 9. Every way out leaves the run in a state that is true, with its entry. */
  private async submit(
    run: StoredRun,
    admitted: Admitted,
    caller: IdentifiedCaller,
    facts: RequestFacts,
  ): Promise<StoredRun> {
    const { credentials, ledger, runs, clock, owner } = this.options;
    const about = { ...facts, ...runFacts(run) };
    const { open } = admitted.binding;
    let credential: Credential;
    try {
      credential = await credentials.credentialFor(
        caller,
        open.config,
        admitted.principal,
      );
      await ledger.record({
        ...about,
        ...credentialFacts(credential),
        code: 'run.exchanged',
      });
      await runs.renewLease(
        run.id,
        owner,
        clock(),
        new Date(clock().getTime() + LEASE_MS),
      );
    } catch (error) {
      return this.closeUnsent(run, error, about);
    }
    let started: Extract<JobReading, { kind: 'found' }>;
    try {
      started = await open.client.start(
        { credential, signal: AbortSignal.timeout(SUBMIT_DEADLINE_MS) },
        {
          runId: run.id,
          operation: run.operation,
          resource: admitted.binding.parsed,
          version: run.version,
          parameters: admitted.parameters.values,
          principal: credential.principal,
        },
      );
    } catch (error) {
      if (codeOf(error) === 'platform-refused-credential')
        credentials.forget(credential);
      if (error instanceof PlatformError && error.refused)
        return this.closeUnsent(run, error, about);
      return this.leaveUnknown(run, error, about);
    }
    return this.recordStarted(run, started, about);
  }

  private async recordStarted(
    run: StoredRun,
    started: Extract<JobReading, { kind: 'found' }>,
    about: RequestFacts,
  ) {
    const { ledger, runs, clock } = this.options;
    const at = clock();
    try {
      await ledger.commit(async tx => {
        await runs.move(tx, {
          runId: run.id,
          from: 'requested',
          to: 'submitted',
          at,
          platformRunId: started.platformRunId,
          platformRunUrl: started.url,
          startedAt: started.startedAt,
          nextReadAt: new Date(at.getTime() + FIRST_LOOK_MS),
        });
        return {
          entry: {
            ...about,
            code: 'run.submitted',
            outcome: 'accepted',
            fromState: 'requested',
            toState: 'submitted',
            platformRunId: started.platformRunId,
            platformRunUrl: started.url,
          },
          value: undefined,
        };
      });
    } catch (error) {
      // The job exists and our row does not say so. It stays `requested`; the reconciler finds the job by its id (D18).
      this.options.logger.error(
        `Run ${
          run.id
        } was submitted, but that could not be recorded: ${stringifyError(
          error,
        )}`,
      );
      return { ...run, state: 'unknown' as const };
    }
    return runs.getRun(run.id);
  }

  /** Nothing was sent, and nothing will be. */
  private async closeUnsent(
    run: StoredRun,
    error: unknown,
    about: RequestFacts,
  ): Promise<StoredRun> {
    const failure = failureOf(error);
    return this.moveOrLeave(run, about, {
      to: 'failed',
      code:
        failure.code === 'platform-run-not-ours'
          ? 'run.not-ours'
          : 'run.failed',
      outcome: 'failed',
      failure,
      nextReadAt: null,
    });
  }

  /** The platform gave no answer: never `failed` (design D9). */
  private async leaveUnknown(
    run: StoredRun,
    error: unknown,
    about: RequestFacts,
  ): Promise<StoredRun> {
    if (!isOurs(error))
      this.options.logger.error(`Run ${run.id}: ${stringifyError(error)}`);
    return this.moveOrLeave(run, about, {
      to: 'unknown',
      code: 'run.unknown',
      outcome: 'accepted',
      failure: undefined,
      detail: isOurs(error) ? error.message : undefined,
      refusalCode: codeOf(error),
      nextReadAt: new Date(this.options.clock().getTime() + FIRST_LOOK_MS),
    });
  }

  private async moveOrLeave(
    run: StoredRun,
    about: RequestFacts,
    move: {
      to: 'failed' | 'unknown';
      code: 'run.failed' | 'run.not-ours' | 'run.unknown';
      outcome: 'failed' | 'accepted';
      failure?: { code: ErrorCode; message: string };
      detail?: string;
      refusalCode?: ErrorCode;
      nextReadAt: Date | null;
    },
  ): Promise<StoredRun> {
    const { ledger, runs, clock, logger } = this.options;
    const at = clock();
    try {
      await ledger.commit(async tx => {
        await runs.move(tx, {
          runId: run.id,
          from: 'requested',
          to: move.to,
          at,
          failure: move.failure,
          endedAt: move.to === 'failed' ? at : undefined,
          nextReadAt: move.nextReadAt,
        });
        return {
          entry: {
            ...about,
            code: move.code,
            outcome: move.outcome,
            fromState: 'requested',
            toState: move.to,
            refusalCode: move.failure?.code ?? move.refusalCode,
            detail: move.failure?.message ?? move.detail,
          },
          value: undefined,
        };
      });
    } catch (error) {
      logger.error(
        `Run ${run.id} could not be moved to ${move.to}: ${stringifyError(
          error,
        )}`,
      );
      return { ...run, state: 'unknown' };
    }
    return runs.getRun(run.id);
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
    await this.options.ledger.record({
      ...facts,
      ...runFacts(run),
      code: 'run.replayed',
      outcome: 'replayed',
    });
    return toWireRun(run);
  }
}

/** Throws when this run, which is counted too, is one more than the rule allows the person. */
function requireRoom(open: number, decision: AllowedDecision): void {
  const { concurrentRuns } = decision.limits;
  if (concurrentRuns === undefined || open <= concurrentRuns) return;
  throw new StateConflictError(
    'concurrent-runs-limit',
    `You have ${open - 1} open runs, and your role ${
      decision.role
    } allows ${concurrentRuns}. Wait for one to end, or cancel it.`,
  );
}

function failureOf(error: unknown): { code: ErrorCode; message: string } {
  return {
    code: codeOf(error),
    message: isOurs(error)
      ? error.message
      : 'An unexpected error; see the log of the backend. Nothing was started.',
  };
}
