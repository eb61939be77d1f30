import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { ErrorCode } from 'backstage-plugin-modelops-common';
import {
  type Credential,
  type JobReading,
  PlatformError,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { AuditLedger } from '../audit/AuditLedger';
import type { NewAuditEntry } from '../audit/auditEntry';
import type { RequestFacts } from '../audit/RequestJournal';
import type {
  CredentialBroker,
  Principal,
} from '../credentials/CredentialBroker';
import { isUniqueViolation } from '../database/databaseErrors';
import { codeOf, isOurs } from '../errors';
import type { IdentifiedCaller } from '../identity/Caller';
import type { OpenConnection } from '../platforms/ConnectionRegistry';
import { credentialFacts, runFacts } from './runEntries';
import { sameName } from '../models/sameName';
import { LEASE_MS, SUBMIT_DEADLINE_MS } from './runLifecycle';
import type { StoredRun } from './runRow';
import type { RunMove, RunStore } from './RunStore';

/** When the reconciler looks first after a submit, in milliseconds. */
const FIRST_LOOK_MS = 1_000;

/** A recorded run, and how to send it. */
export interface Submission {
  run: StoredRun;
  open: OpenConnection;
  principal: Principal;
  job: Pick<
    StartJob,
    'resource' | 'parameters' | 'jobRunsAs' | 'model' | 'revision'
  >;
  caller: IdentifiedCaller;
  /** What every entry of the request says. */
  facts: RequestFacts;
}

/** A change of a run that is still `requested`, without what every such change has. */
type Outcome = Omit<RunMove, 'runId' | 'from' | 'at'>;

/** Steps 7 to 9 of the gate: from the recorded run to the job. */
export class RunSubmitter {
  constructor(
    private readonly options: {
      credentials: CredentialBroker;
      runs: RunStore;
      ledger: AuditLedger;
      owner: string;
      clock: () => Date;
      logger: LoggerService;
    },
  ) {}

  /** Never throws: whatever happens, the run is left in a state that is true, and the reconciler finds out the rest (D18). */
  async submit(submission: Submission): Promise<StoredRun> {
    let credential: Credential;
    try {
      credential = await this.prepare(submission);
    } catch (error) {
      return this.closeUnsent(submission, error);
    }
    let started: Extract<JobReading, { kind: 'found' }>;
    try {
      started = await this.send(submission, credential);
    } catch (error) {
      if (error instanceof PlatformError && error.refused) {
        return this.closeUnsent(submission, error);
      }
      return this.leaveUnknown(submission, error);
    }
    return this.recordStarted(submission, started);
  }

  /** Step 7 and the start of 8: who the platform will see is recorded, and the run is still ours to send. */
  private async prepare({
    run,
    open,
    principal,
    caller,
    facts,
  }: Submission): Promise<Credential> {
    const { credentials, ledger, runs, clock, owner } = this.options;
    const credential = await credentials.credentialFor(
      caller,
      open.config,
      principal,
    );
    requireRecorded(run, open, credential);
    await ledger.record({
      ...facts,
      ...runFacts(run),
      ...credentialFacts(credential),
      code: 'run.exchanged',
    });
    const now = clock();
    await runs.renewLease(
      run.id,
      owner,
      now,
      new Date(now.getTime() + LEASE_MS),
    );
    return credential;
  }

  /** Step 8. Sent once; a refused credential is forgotten, not tried again, because a second send could be a second job. */
  private async send({ run, open, job }: Submission, credential: Credential) {
    try {
      return await open.client.start(
        { credential, signal: AbortSignal.timeout(SUBMIT_DEADLINE_MS) },
        {
          ...job,
          runId: run.id,
          operation: run.operation,
          version: run.version,
          reader: this.options.credentials.readerName(open.config),
          principal: credential.principal,
        },
      );
    } catch (error) {
      if (codeOf(error) === 'platform-refused-credential') {
        this.options.credentials.forget(credential);
      }
      throw error;
    }
  }

  private recordStarted(
    submission: Submission,
    started: Extract<JobReading, { kind: 'found' }>,
  ) {
    // Some changes are done when the platform has taken them. A job is not, whatever its first state.
    const done =
      started.state === 'succeeded' && submission.run.operation !== 'start';
    return this.settle(
      submission,
      {
        to: done ? 'succeeded' : 'submitted',
        platformRunId: started.platformRunId,
        platformRunUrl: started.url,
        startedAt: started.startedAt,
        endedAt: done ? started.endedAt ?? this.options.clock() : undefined,
        nextReadAt: done ? null : this.firstLook(),
      },
      { code: done ? 'run.succeeded' : 'run.submitted', outcome: 'accepted' },
    );
  }

  /** Nothing was sent, and nothing will be. */
  private closeUnsent(submission: Submission, error: unknown) {
    const code: ErrorCode = codeOf(error);
    const message = isOurs(error)
      ? error.message
      : 'An unexpected error; see the log of the backend. Nothing was started.';
    return this.settle(
      submission,
      {
        to: 'failed',
        failure: { code, message },
        endedAt: this.options.clock(),
        nextReadAt: null,
      },
      {
        code: code === 'platform-run-not-ours' ? 'run.not-ours' : 'run.failed',
        outcome: 'failed',
        refusalCode: code,
        detail: message,
      },
      error,
    );
  }

  /** The platform gave no answer: never `failed` (design D9). */
  private leaveUnknown(submission: Submission, error: unknown) {
    return this.settle(
      submission,
      { to: 'unknown', nextReadAt: this.firstLook() },
      {
        code: 'run.unknown',
        outcome: 'accepted',
        refusalCode: codeOf(error),
        detail: isOurs(error) ? error.message : undefined,
      },
      error,
    );
  }

  /**
   * Step 9: the new state and its entry. If that cannot be recorded, the row stays `requested` and the reconciler finds out; the
   * answer says `unknown`, because that is what we then know.
   */
  private async settle(
    submission: Submission,
    outcome: Outcome,
    entry: Pick<NewAuditEntry, 'code' | 'outcome' | 'refusalCode' | 'detail'>,
    because?: unknown,
  ): Promise<StoredRun> {
    const { ledger, runs, clock, logger } = this.options;
    const { run, open, facts } = submission;
    if (because !== undefined && !isOurs(because)) {
      logger.error(`Run ${run.id}: ${stringifyError(because)}`);
    }
    try {
      let moved: Omit<StoredRun, 'auditSequence'>;
      await ledger.commit(async tx => {
        moved = await runs.move(tx, {
          ...outcome,
          runId: run.id,
          from: 'requested',
          at: clock(),
        });
        return {
          ...facts,
          ...runFacts(run),
          ...entry,
          fromState: 'requested',
          toState: outcome.to,
          platformRunId: outcome.platformRunId,
          platformRunUrl: outcome.platformRunUrl,
        };
      });
      return { ...moved!, auditSequence: run.auditSequence };
    } catch (error) {
      if (outcome.platformRunId && isUniqueViolation(error)) {
        return this.leaveUnknown(submission, takenByAnother(open));
      }
      logger.error(
        `Run ${run.id}: that it is ${
          outcome.to
        } could not be recorded: ${stringifyError(error)}`,
      );
      return { ...run, state: 'unknown' };
    }
  }

  private firstLook(): Date {
    return new Date(this.options.clock().getTime() + FIRST_LOOK_MS);
  }
}

/** The credential has to be the principal that the run and its entry name; anybody else is not who was allowed. */
function requireRecorded(
  run: StoredRun,
  open: OpenConnection,
  credential: Credential,
): void {
  if (sameName(credential.principal, run.runsAs.principal)) return;
  throw new PlatformError(
    open.config.id,
    'platform-identity-mismatch',
    `${open.config.id} sees somebody else than the run was requested for. Nothing was started. Sign in again.`,
    { refused: true },
  );
}

/** The platform named a job that another run of ours has; whose it is, a person has to find out. */
function takenByAnother(open: OpenConnection): PlatformError {
  return new PlatformError(
    open.config.id,
    'platform-conflict',
    `${open.config.id} named a job that another run is recorded with. Look at the job on the platform.`,
    { refused: false },
  );
}
