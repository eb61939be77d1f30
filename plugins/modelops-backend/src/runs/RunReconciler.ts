import { setTimeout as sleep } from 'node:timers/promises';
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
  startDeadline,
} from 'backstage-plugin-modelops-node';
import type { AuditLedger } from '../audit/AuditLedger';
import type { CredentialBroker } from '../credentials/CredentialBroker';
import { codeOf } from '../errors';
import type {
  ConnectionRegistry,
  OpenConnection,
} from '../platforms/ConnectionRegistry';
import { decideNext, type Look, type Move } from './decideNext';
import { NO_JOBS, toKnownJob } from './knownJob';
import { systemFacts } from './runEntries';
import { LEASE_MS, WATCH_MS } from './runLifecycle';
import type { StoredRun } from './runRow';
import type { RunPause, RunStore } from './RunStore';

/**
 * Most runs of one tick; the rest is due again at the next. A platform's list is read once for all of them, so that fewer would
 * mean to read it again for the others; to record a change of each takes less than what is left of the lease after reading.
 */
const RUNS_PER_TICK = 1_000;
/** Longest a connection may take to answer for its runs, in milliseconds; below the lease. */
const READ_DEADLINE_MS = 30_000;
/**
 * Longest a tick waits for a connection, in milliseconds. One that answers slowly goes on by itself, its runs leased, and does not
 * keep those of the others from being read at the next tick.
 */
const PATIENCE_MS = 4_000;
/** Pause before an open run is read again, in milliseconds: short while somebody is likely to be watching. */
const PAUSE_MS = 2_000;
const LATER_PAUSE_MS = 10_000;
const YOUNG_MS = 120_000;
/** The longest the pause grows to while nobody answers. */
const LONGEST_PAUSE_MS = 120_000;
/** Looks in a row without an answer that take more than a day: the first few follow each other sooner. */
const LOOKS_OF_A_DAY = WATCH_MS / LONGEST_PAUSE_MS + 10;
/** Pause between two looks for a job of a run that was closed as never sent, in milliseconds. */
const WATCH_PAUSE_MS = 10 * 60_000;

/**
 * A job of another run of ours may have begun at the time of this one although it was asked for this much earlier, in
 * milliseconds: platforms queue jobs, Databricks for 48 hours at most. Source: Databricks, job queueing.
 */
const LONGEST_QUEUE_MS = 48 * 60 * 60_000;
/** The same for clocks and for requests that were under way, in milliseconds. */
const CLAIM_MARGIN_MS = 60 * 60_000;

/** What an entry says of a job or a change that carries no id of ours. */
const LIKENESS =
  'No answer had come, and it carries no id of ours: it was recognised by what it looks like.';

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

  /** Reads all runs that are due once. May end before a slow connection has answered. */
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
    const followed = Promise.all(
      [...connectionIds].map(id =>
        this.follow(
          id,
          due.filter(run => run.connection === id),
          signal,
        ),
      ),
    );
    await Promise.race([
      followed,
      sleep(PATIENCE_MS, undefined, { ref: false }),
    ]);
  }

  private async follow(
    connectionId: string,
    due: StoredRun[],
    signal: AbortSignal,
  ): Promise<void> {
    const connection = this.options.connections.findConnection(connectionId);
    const readable = due.filter(run => isReadable(connection, run));
    const looks =
      connection && readable.length > 0
        ? await this.look(connection, readable, signal)
        : new Map<string, Look>();
    for (const run of due)
      if (!readable.includes(run)) looks.set(run.id, connectionGone(run));
    const { runs, owner, clock, logger } = this.options;
    const at = clock();
    const pauses: RunPause[] = [];
    for (const run of due) {
      try {
        const look = looks.get(run.id) ?? { kind: 'unreachable' };
        const pause = await this.apply(run, look, at);
        if (pause) pauses.push(pause);
      } catch (error) {
        // The lease ends by itself; somebody looks again. One run must not keep the others from being followed.
        logger.warn(
          `Run ${run.id} could not be followed: ${stringifyError(error)}`,
        );
      }
    }
    await runs.release(owner, pauses);
  }

  private async look(
    connection: OpenConnection,
    due: StoredRun[],
    signal: AbortSignal,
  ): Promise<Map<string, Look>> {
    const { credentials, logger } = this.options;
    const deadline = startDeadline(signal, READ_DEADLINE_MS);
    try {
      const credential = await credentials.readerCredential(connection.config);
      const call = { credential, signal: deadline.signal };
      const readings = await connection.client
        .readJobs(call, await this.toKnownJobs(connection, due))
        .catch(error => {
          if (codeOf(error) === 'platform-refused-credential')
            credentials.forget(credential);
          throw error;
        });
      const unread = [...readings.values()].filter(
        reading => reading.kind === 'unreachable',
      );
      if (unread.length > 0)
        logger.warn(
          `${unread.length} of ${due.length} runs of ${connection.config.id} could not be read: ${unread[0].why}`,
        );
      return readings;
    } catch (error) {
      const what =
        error instanceof PlatformError
          ? `${error.code}: ${error.message}`
          : stringifyError(error);
      logger.warn(
        `${due.length} runs of ${connection.config.id} could not be read: ${what}`,
      );
      return new Map();
    } finally {
      deadline.end();
    }
  }

  /** Only runs that have no job yet need to know which jobs are taken, and only those of about their time. */
  private async toKnownJobs(
    connection: OpenConnection,
    due: StoredRun[],
  ): Promise<KnownJob[]> {
    const unnamed = due.filter(run => !run.platformRunId);
    const times = unnamed.map(run => Date.parse(run.requestedAt));
    const claimed =
      unnamed.length === 0
        ? NO_JOBS
        : await this.options.runs.claimedJobs(
            connection.config.id,
            new Date(Math.min(...times) - LONGEST_QUEUE_MS - CLAIM_MARGIN_MS),
            new Date(Math.max(...times) + CLAIM_MARGIN_MS),
          );
    return due.map(run => toKnownJob(connection, run, claimed));
  }

  /** Records what a look says. Gives the pause of a run of which there is nothing to record. */
  private async apply(
    run: StoredRun,
    look: Look,
    now: Date,
  ): Promise<RunPause | undefined> {
    const { runs } = this.options;
    const ageMs = now.getTime() - Date.parse(run.requestedAt);
    const move = decideNext(
      {
        state: run.state,
        named: run.platformRunId !== undefined,
        ageMs,
        // Asked after the look: a rival whose job was seen had been recorded before it was started.
        hasRival:
          look.kind === 'found' &&
          look.likeness === true &&
          (await runs.hasRival(run)),
      },
      look,
    );
    const found = look.kind === 'found' ? look : undefined;
    if (move.kind === 'advance') await this.advance(run, move, found);
    else if (move.kind === 'late' && found) await this.recordLate(run, found);
    else return toPause(run, look, ageMs, now);
    return undefined;
  }

  private async advance(
    run: StoredRun,
    move: Extract<Move, { kind: 'advance' }>,
    found: Extract<JobReading, { kind: 'found' }> | undefined,
  ): Promise<void> {
    const { ledger, runs, clock } = this.options;
    const at = clock();
    // A start whose own process did not get to close its request is closed by whoever finds out.
    const closing =
      run.state === 'requested'
        ? {
            requestId: await ledger.requestIdOf(run.id),
            outcome:
              move.to === 'failed'
                ? ('failed' as const)
                : ('accepted' as const),
          }
        : {};
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
        ...systemFacts(run),
        ...closing,
        code: move.notOurs ? 'run.not-ours' : STATE_CODES[move.to]!,
        fromState: run.state,
        toState: move.to,
        platformRunId: found?.platformRunId ?? run.platformRunId,
        platformRunUrl: found?.url ?? run.platformRunUrl,
        refusalCode: move.failure?.code,
        detail: move.failure?.message ?? (found?.likeness && LIKENESS),
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
        ...systemFacts(run),
        code: 'run.late',
        platformRunId: found.platformRunId,
        platformRunUrl: found.url,
        detail:
          'The platform has a job for this run although it was closed as never sent. Look at it on the platform.',
      };
    });
  }
}

function toPause(
  run: StoredRun,
  look: Look,
  ageMs: number,
  now: Date,
): RunPause {
  const readsFailed = look.kind === 'unreachable' ? run.readsFailed + 1 : 0;
  return {
    runId: run.id,
    readAt: pauseAfter(run, ageMs, readsFailed, now),
    readsFailed,
  };
}

/** When to look again: soon while it is young, rarely while nobody answers, never when the watch is over. */
function pauseAfter(
  run: StoredRun,
  ageMs: number,
  readsFailed: number,
  now: Date,
): Date | null {
  if (isTerminal(run.state)) {
    return ageMs < WATCH_MS ? new Date(now.getTime() + WATCH_PAUSE_MS) : null;
  }
  const pause = ageMs < YOUNG_MS ? PAUSE_MS : LATER_PAUSE_MS;
  return new Date(
    now.getTime() +
      Math.min(pause * 2 ** Math.min(readsFailed, 10), LONGEST_PAUSE_MS),
  );
}

/** A closed run is not read again, except one that was closed without a job: it stays on the watch list. */
function nextRead(
  move: Extract<Move, { kind: 'advance' }>,
  at: Date,
): Date | null {
  if (!isTerminal(move.to)) return new Date(at.getTime() + PAUSE_MS);
  return move.failure?.code === 'never-sent' || move.notOurs
    ? new Date(at.getTime() + WATCH_PAUSE_MS)
    : null;
}

/** Whether a run's connection still leads to where the run was started. Its id may have been given to another platform. */
function isReadable(
  connection: OpenConnection | undefined,
  run: StoredRun,
): boolean {
  return (
    connection?.platform.id === run.platform &&
    connection.platform.parseResource(run.resource) !== undefined
  );
}

/**
 * What can be said of a run whose connection was taken out of app-config: nothing. It may be a mistake, or a replica with an older
 * file, so that counts only once it has been so for a day.
 */
function connectionGone(run: StoredRun): Look {
  return run.readsFailed < LOOKS_OF_A_DAY
    ? { kind: 'unreachable' }
    : {
        kind: 'unclear',
        why: `The connection ${run.connection} that it was started on is no longer in app-config, so how the run ended cannot be found out.`,
      };
}
