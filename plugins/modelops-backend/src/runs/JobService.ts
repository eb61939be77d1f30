import {
  isTerminal,
  type Run,
  type RunResult,
} from 'backstage-plugin-modelops-common';
import { type PlatformCall, type Secret } from 'backstage-plugin-modelops-node';
import type { AccessDecision } from '../access/AccessPolicy';
import type { AuditLedger } from '../audit/AuditLedger';
import type { RequestFacts, RequestJournal } from '../audit/RequestJournal';
import type { CredentialBroker } from '../credentials/CredentialBroker';
import { codeOf, RefusedError, StateConflictError } from '../errors';
import { callerFacts, type IdentifiedCaller } from '../identity/Caller';
import { type ModelActions, principalOf } from '../models/ModelActions';
import type {
  ConnectionRegistry,
  OpenConnection,
} from '../platforms/ConnectionRegistry';
import { credentialFacts } from './runEntries';
import { toKnownJob } from './knownJob';
import { isCancellable, NOT_CANCELLABLE } from './runLifecycle';
import type { StoredRun } from './runRow';
import type { RunStore } from './RunStore';
import type { RunView } from './RunView';

/** Longest a log tail may be, in bytes (design §6). */
const MAX_LOG_BYTES = 256 * 1024;
/** Longest the platform may take to answer about a job, in milliseconds. */
const JOB_DEADLINE_MS = 20_000;

/** The job of a run, ready to be asked about as the caller. */
interface ReachedJob {
  run: StoredRun;
  open: OpenConnection;
  job: ReturnType<typeof toKnownJob> & { platformRunId: string };
  /** Calls the platform with the caller's credential. */
  call<T>(ask: (call: PlatformCall) => Promise<T>): Promise<T>;
}

/** What a person does with the job of a run, as that person: cancel it, read its log and its result. */
export class JobService {
  constructor(
    private readonly options: {
      actions: ModelActions;
      credentials: CredentialBroker;
      connections: ConnectionRegistry;
      runs: RunStore;
      view: RunView;
      ledger: AuditLedger;
      journal: RequestJournal;
      clock: () => Date;
    },
  ) {}

  /** Asks the platform to cancel. Safe to repeat; a run that was canceled already is no error. */
  async cancel(runId: string, caller: IdentifiedCaller): Promise<Run> {
    const { ledger, view, journal } = this.options;
    const facts: RequestFacts = {
      ...callerFacts(caller),
      action: 'cancel',
      runId,
    };
    try {
      const run = await view.getVisible(runId, caller);
      const decision = await view.decide('cancel', run, caller);
      Object.assign(facts, aboutRequest(run, decision));
      if (!decision.allowed)
        throw new RefusedError(decision.code, decision.message);
      if (!isCancellable(run))
        throw new StateConflictError('operation-unsupported', NOT_CANCELLABLE);
      const reached = isTerminal(run.state)
        ? undefined
        : this.reach(run, decision, caller, facts);
      if (!reached || !(await this.noteCancel(runId, facts))) {
        // It may have ended since it was read.
        const ended = reached ? await view.getVisible(runId, caller) : run;
        return await this.closeOver(ended, facts);
      }
      await reached.call(sent => reached.open.client.cancel(sent, reached.job));
      await ledger.record({
        ...facts,
        code: 'run.cancel-sent',
        outcome: 'accepted',
      });
      return { ...this.options.view.toWire(run), cancelRequested: true };
    } catch (error) {
      throw await journal.close(
        error,
        { refused: 'run.cancel-refused', failed: 'run.cancel-failed' },
        facts,
      );
    }
  }

  /** Records that somebody asks to cancel, before the platform is asked. False if the run has ended meanwhile. */
  private async noteCancel(
    runId: string,
    facts: RequestFacts,
  ): Promise<boolean> {
    const { ledger, runs, clock } = this.options;
    try {
      await ledger.commit(async tx => {
        await runs.setCancelRequested(tx, runId, clock());
        return { ...facts, code: 'run.cancel-requested' };
      });
      return true;
    } catch (error) {
      if (codeOf(error) === 'run-state-conflict') return false;
      throw error;
    }
  }

  /** A run that is over: canceled is what was asked for, anything else cannot be canceled any more. */
  private async closeOver(run: StoredRun, facts: RequestFacts): Promise<Run> {
    if (run.state !== 'canceled') {
      throw new StateConflictError(
        'run-over',
        `The run is over (${run.state}); there is nothing to cancel.`,
      );
    }
    await this.options.ledger.record({
      ...facts,
      code: 'run.cancel-sent',
      outcome: 'accepted',
      detail: 'It had been canceled already.',
    });
    return this.options.view.toWire(run);
  }

  /** Log tail as plain text: no control characters, no secret the request carries. */
  readLogs(runId: string, caller: IdentifiedCaller): Promise<string> {
    return this.read(runId, caller, 'logs', async ({ open, job, call }) => {
      if (!open.config.logs) {
        throw new StateConflictError(
          'logs-disabled',
          `Logs are switched off for ${open.config.id}.`,
        );
      }
      return call(async sent => {
        const text = await open.client.readLogs(sent, job, MAX_LOG_BYTES);
        return cleanLog(text, [
          sent.credential.accessToken,
          caller.identity.token,
        ]);
      });
    });
  }

  /** New model version and metrics. */
  readResult(runId: string, caller: IdentifiedCaller): Promise<RunResult> {
    return this.read(
      runId,
      caller,
      'result',
      async ({ run, open, job, call }) => {
        const model = await this.options.actions.findModelResource(
          run.entityRef,
          run.connection,
          caller,
        );
        return call(sent => open.client.readResult(sent, job, model));
      },
    );
  }

  /** Reads something of a run's job; the request leaves exactly one closing entry. */
  private async read<T>(
    runId: string,
    caller: IdentifiedCaller,
    what: 'logs' | 'result',
    read: (job: ReachedJob) => Promise<T>,
  ): Promise<T> {
    const { ledger, view, journal } = this.options;
    const facts: RequestFacts = {
      ...callerFacts(caller),
      action: 'read',
      runId,
    };
    try {
      const run = await view.getVisible(runId, caller);
      const decision = await view.decide('read', run, caller);
      Object.assign(facts, aboutRequest(run, decision));
      const value = await read(this.reach(run, decision, caller, facts));
      await ledger.record(
        { ...facts, code: `run.${what}-read`, outcome: 'accepted' },
        'apart',
      );
      return value;
    } catch (error) {
      throw await journal.close(
        error,
        { refused: `run.${what}-refused`, failed: `run.${what}-failed` },
        facts,
      );
    }
  }

  private reach(
    run: StoredRun,
    decision: AccessDecision,
    caller: IdentifiedCaller,
    facts: RequestFacts,
  ): ReachedJob {
    if (!decision.allowed)
      throw new RefusedError(decision.code, decision.message);
    const { platformRunId } = run;
    if (!platformRunId) {
      throw isTerminal(run.state)
        ? new StateConflictError(
            'run-without-job',
            'The run is over and never had a job on the platform that is known.',
          )
        : new StateConflictError(
            'run-not-submitted',
            'The run has no job on the platform yet. Try again in a moment.',
          );
    }
    const open = this.options.connections.getConnection(run.connection);
    if (open.platform.id !== run.platform) {
      throw new StateConflictError(
        'binding-connection-unknown',
        `The connection '${run.connection}' leads to another platform than the one that the run was started on.`,
      );
    }
    return {
      run,
      open,
      job: { ...toKnownJob(open, run), platformRunId },
      call: ask =>
        this.options.credentials.withCredential(
          caller,
          open.config,
          principalOf(decision),
          credential => {
            // Known from here on, whether the platform then answers or not.
            Object.assign(facts, credentialFacts(credential));
            return ask({
              credential,
              signal: AbortSignal.timeout(JOB_DEADLINE_MS),
            });
          },
        ),
    };
  }
}

/** What an entry says of a request about an existing run; role and rule are those of the request, not of the start. */
function aboutRequest(
  run: StoredRun,
  decision: AccessDecision,
): Partial<RequestFacts> {
  return {
    runId: run.id,
    entityRef: run.entityRef,
    connections: [run.connection],
    resources: [`${run.connection}:${run.resource}`],
    platformRunId: run.platformRunId,
    platformRunUrl: run.platformRunUrl,
    mappingHash: decision.mappingHash,
    ...(decision.allowed && { role: decision.role, rule: decision.rule }),
  };
}

/** Plain text for a browser: no control or direction characters but tab and newline, no secret we hold. */
function cleanLog(text: string, secrets: readonly Secret[]): string {
  const plain = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu, '');
  // Masked last: a character that was taken out must not have split a token in two. The signature alone is enough to use one.
  return secrets
    .flatMap(secret => [secret.reveal(), secret.reveal().split('.')[2]])
    .filter(part => part)
    .reduce((log, part) => log.replaceAll(part, '[secret]'), plain);
}
