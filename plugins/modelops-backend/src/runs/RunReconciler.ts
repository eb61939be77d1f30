import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import {
  type AuditCode,
  isTerminal,
  type RunState,
} from 'backstage-plugin-modelops-common';
import {
  type JobReading,
  type KnownJob,
  PlatformError,
} from 'backstage-plugin-modelops-node';
import type { AuditLedger } from '../audit/AuditLedger';
import type { CredentialBroker } from '../credentials/CredentialBroker';
import { codeOf } from '../errors';
import type {
  ConnectionRegistry,
  OpenConnection,
} from '../platforms/ConnectionRegistry';
import { decideNext, type Look, type Move } from './decideNext';
import { unmasked } from './maskParameters';
import { systemFacts } from './runEntries';
import { LEASE_MS, SUBMIT_DEADLINE_MS, WATCH_MS } from './runLifecycle';
import type { StoredRun } from './runRow';
import type { RunStore } from './RunStore';

/** Most runs of one tick; the rest is due again at the next. */
const RUNS_PER_TICK = 200;
/** Longest a connection may take to answer for its runs, in milliseconds; below the lease. */
const READ_DEADLINE_MS = 30_000;
/** Pause before an open run is read again, in milliseconds: short while somebody is likely to be watching. */
const PAUSE_MS = 2_000;
const LATER_PAUSE_MS = 10_000;
const YOUNG_MS = 120_000;
/** The longest the pause grows to while nobody answers. */
const LONGEST_PAUSE_MS = 120_000;
/** Pause between two looks for a job of a run that was closed as never sent, in milliseconds. */
const WATCH_PAUSE_MS = 10 * 60_000;

/** The entry of each state a reading can lead to. */
const STATE_CODES: Partial<Record<RunState, AuditCode>> = {
  submitted: 'run.submitted',
  running: 'run.running',
  succeeded: 'run.succeeded',
  failed: 'run.failed',
  canceled: 'run.canceled',
  unknown: 'run.unknown',
  lost: 'run.lost',
};

/**
 * Follows open runs by reading the platforms through the connections' readers. Never submits. Any replica may run a tick at
 * any time, and anybody may trigger one: runs are taken by compare-and-set with a lease.
 */
export class RunReconciler {
  constructor(
    private readonly options: {
      runs: RunStore;
      ledger: AuditLedger;
      connections: ConnectionRegistry;
      credentials: CredentialBroker;
      owner: string;
      clock: () => Date;
      logger: LoggerService;
    },
  ) {}

  /** Reads all runs that are due once. */
  async tick(signal: AbortSignal): Promise<void> {
    const { runs, clock, owner } = this.options;
    const now = clock();
    const due = await runs.leaseDue(
      owner,
      now,
      new Date(now.getTime() + LEASE_MS),
      RUNS_PER_TICK,
    );
    const connectionIds = new Set(due.map(run => run.connection));
    await Promise.all(
      [...connectionIds].map(id =>
        this.follow(
          id,
          due.filter(run => run.connection === id),
          signal,
        ),
      ),
    );
  }

  private async follow(
    connectionId: string,
    due: StoredRun[],
    signal: AbortSignal,
  ): Promise<void> {
    const connection = this.options.connections.findConnection(connectionId);
    const looks = connection
      ? await this.look(connection, due, signal)
      : new Map<string, Look>();
    for (const run of due) {
      try {
        await this.apply(run, looks.get(run.id) ?? { kind: 'unreachable' });
      } catch (error) {
        // The lease ends by itself; somebody looks again. One run must not keep the others from being followed.
        this.options.logger.warn(
          `Run ${run.id} could not be followed: ${stringifyError(error)}`,
        );
      }
    }
  }

  private async look(
    connection: OpenConnection,
    due: StoredRun[],
    signal: AbortSignal,
  ): Promise<Map<string, Look>> {
    const { credentials, logger } = this.options;
    try {
      const credential = await credentials.readerCredential(connection.config);
      const call = {
        credential,
        signal: AbortSignal.any([
          signal,
          AbortSignal.timeout(READ_DEADLINE_MS),
        ]),
      };
      return await connection.client
        .readJobs(call, await this.toKnownJobs(connection, due))
        .catch(error => {
          if (codeOf(error) === 'platform-refused-credential')
            credentials.forget(credential);
          throw error;
        });
    } catch (error) {
      const what =
        error instanceof PlatformError
          ? `${error.code}: ${error.message}`
          : stringifyError(error);
      logger.warn(
        `${due.length} runs of ${connection.config.id} could not be read: ${what}`,
      );
      return new Map();
    }
  }

  private async toKnownJobs(
    connection: OpenConnection,
    due: StoredRun[],
  ): Promise<KnownJob[]> {
    const oldest = due.map(run => run.requestedAt).sort()[0];
    const claimed = await this.options.runs.claimedJobs(
      connection.config.id,
      new Date(Date.parse(oldest) - WATCH_MS),
    );
    return due.map(run => toKnownJob(connection, run, claimed));
  }

  private async apply(run: StoredRun, look: Look): Promise<void> {
    const { clock } = this.options;
    const ageMs = clock().getTime() - Date.parse(run.requestedAt);
    const move = decideNext(
      { state: run.state, named: run.platformRunId !== undefined, ageMs },
      look,
    );
    if (move.kind === 'wait') return this.wait(run, look, ageMs);
    if (move.kind === 'late')
      return this.recordLate(
        run,
        look as Extract<JobReading, { kind: 'found' }>,
      );
    return this.advance(run, move, look.kind === 'found' ? look : undefined);
  }

  private async advance(
    run: StoredRun,
    move: Extract<Move, { kind: 'advance' }>,
    found: Extract<JobReading, { kind: 'found' }> | undefined,
  ): Promise<void> {
    const { ledger, runs, clock } = this.options;
    const at = clock();
    await ledger.commit(async tx => {
      await runs.move(tx, {
        runId: run.id,
        from: run.state,
        to: move.to,
        at,
        failure: move.failure,
        platformRunId: found?.platformRunId,
        platformRunUrl: found?.url,
        startedAt: found?.startedAt,
        endedAt: found?.endedAt ?? (isTerminal(move.to) ? at : undefined),
        nextReadAt: nextRead(move, at),
      });
      return {
        entry: {
          ...systemFacts(run),
          code: move.notOurs ? 'run.not-ours' : STATE_CODES[move.to]!,
          fromState: run.state,
          toState: move.to,
          platformRunId: found?.platformRunId ?? run.platformRunId,
          platformRunUrl: found?.url ?? run.platformRunUrl,
          refusalCode: move.failure?.code,
          detail: move.failure?.message,
        },
        value: undefined,
      };
    });
  }

  private async recordLate(
    run: StoredRun,
    found: Extract<JobReading, { kind: 'found' }>,
  ): Promise<void> {
    const { ledger, runs, clock } = this.options;
    await ledger.commit(async tx => {
      await runs.setLateJob(tx, run.id, found, clock());
      return {
        entry: {
          ...systemFacts(run),
          code: 'run.late',
          platformRunId: found.platformRunId,
          platformRunUrl: found.url,
          detail:
            'The platform has a job for this run although it was closed as never sent. Look at it on the platform.',
        },
        value: undefined,
      };
    });
  }

  private async wait(run: StoredRun, look: Look, ageMs: number): Promise<void> {
    const { runs, clock, owner } = this.options;
    const readsFailed = look.kind === 'unreachable' ? run.readsFailed + 1 : 0;
    await runs.release(run.id, owner, {
      readAt: pauseAfter(run, ageMs, readsFailed, clock()),
      readsFailed,
    });
  }
}

/** When to look again: soon while it is young, rarely while nobody answers, never when the watch is over. */
function pauseAfter(
  run: StoredRun,
  ageMs: number,
  readsFailed: number,
  now: Date,
): Date | null {
  if (isTerminal(run.state))
    return ageMs < WATCH_MS ? new Date(now.getTime() + WATCH_PAUSE_MS) : null;
  const pause = ageMs < YOUNG_MS ? PAUSE_MS : LATER_PAUSE_MS;
  return new Date(
    now.getTime() +
      Math.min(pause * 2 ** Math.min(readsFailed, 10), LONGEST_PAUSE_MS),
  );
}

/** A closed run is not read again, except one that was closed as never sent: it stays on the watch list. */
function nextRead(
  move: Extract<Move, { kind: 'advance' }>,
  at: Date,
): Date | null {
  if (!isTerminal(move.to)) return new Date(at.getTime() + PAUSE_MS);
  return move.failure?.code === 'never-sent'
    ? new Date(at.getTime() + WATCH_PAUSE_MS)
    : null;
}

/** A run as a platform module needs it to find its job. */
export function toKnownJob(
  connection: OpenConnection,
  run: StoredRun,
  claimed: readonly { runId: string; platformRunId: string }[] = [],
): KnownJob {
  const requestedAt = Date.parse(run.requestedAt);
  return {
    runId: run.id,
    operation: run.operation,
    resource: connection.platform.parseResource(run.resource)!, // it was canonical when it was stored
    version: run.version,
    parameters: unmasked(run.parameters),
    platformRunId: run.platformRunId,
    principal: run.runsAs.principal,
    notBefore: new Date(requestedAt),
    // A submit begins before the lease ends, and the lease may have been renewed once right before it.
    notAfter: new Date(requestedAt + 2 * LEASE_MS + SUBMIT_DEADLINE_MS),
    claimed: new Set(
      claimed.filter(job => job.runId !== run.id).map(job => job.platformRunId),
    ),
  };
}
