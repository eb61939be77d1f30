import type {
  ListRunsQuery,
  Operation,
  Page,
  RunAction,
  RunFailure,
  RunState,
} from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import type { Transaction } from '../audit/AuditLedger';
import { lockPerson } from '../database/lockPerson';
import { isSqlite } from '../database/migrate';
import { MissingError, StateConflictError } from '../errors';
import { requireMove } from './runLifecycle';
import {
  type NewRun,
  type RunRow,
  type StoredRun,
  toNewRow,
  toRun,
  withoutUndefined,
} from './runRow';

/** A change of state, and what else became known with it. */
export interface RunMove {
  runId: string;
  from: RunState;
  to: RunState;
  at: Date;
  failure?: RunFailure;
  platformRunId?: string;
  platformRunUrl?: string;
  startedAt?: Date;
  endedAt?: Date;
  /** When the reconciler looks again; null: never. */
  nextReadAt: Date | null;
}

/** When a run is to be read again; null: never. */
export interface RunPause {
  runId: string;
  readAt: Date | null;
  /** Readings in a row without an answer. */
  readsFailed: number;
}

/** Place in a list that is ordered newest first. */
export interface RunCursor {
  requestedAt: Date;
  runId: string;
}

/** Which runs of an entity are meant. */
export interface NewestOf {
  action: RunAction;
  operations?: readonly Operation[];
  connection?: string;
  resource?: string;
}

/** What a limit is counted by. */
export type OpenRun = Pick<
  StoredRun,
  'action' | 'connection' | 'resource' | 'environment'
>;

type OpenRunRow = Pick<
  RunRow,
  'action' | 'connection' | 'resource' | 'environment'
> & { open: number | string };

/** Changes after the last one that was certainly made; more of them than that, and an older one is not looked for. */
const MAX_NEWEST_CHANGES = 20;

/** States in which a run may still cost something; `unknown` counts (design §5, step 6). */
const OPEN_STATES: readonly RunState[] = [
  'requested',
  'submitted',
  'running',
  'unknown',
];

/** Rows of `runs`. Every write takes the transaction of the ledger; every change is compare-and-set. */
export class RunStore {
  constructor(private readonly db: Knex) {}

  /** Throws a database conflict error if this person has used the key before. */
  async insert(tx: Transaction, run: NewRun): Promise<void> {
    await tx('runs').insert(toNewRow(run));
  }

  /**
   * Open runs of a person that `counts` says yes to, counted under a row lock that the transaction keeps: two starts of a person
   * at once are counted one after the other. By what the runs are and not by the rule that allowed them, because a rule's name
   * changes with its place, and with it the count would begin anew.
   */
  async countOpen(
    tx: Transaction,
    startedBy: string,
    counts: (run: OpenRun) => boolean,
  ): Promise<number> {
    await lockPerson(tx, startedBy);
    const rows: OpenRunRow[] = await tx('runs')
      .select('action', 'connection', 'resource', 'environment')
      .count({ open: '*' })
      .where('started_by', startedBy)
      .whereIn('state', OPEN_STATES)
      .groupBy('action', 'connection', 'resource', 'environment');
    return rows
      .filter(({ action, connection, resource, environment }) =>
        counts({
          action: action as RunAction,
          connection,
          resource,
          environment: environment ?? undefined,
        }),
      )
      .reduce((sum, { open }) => sum + Number(open), 0);
  }

  /**
   * Changes the state, if it still is what the caller saw. Throws `run-state-conflict` otherwise. Gives the lease up. The answer
   * is the run as it then is.
   */
  async move(
    tx: Transaction,
    move: RunMove,
  ): Promise<Omit<StoredRun, 'auditSequence'>> {
    requireMove(move.from, move.to);
    const [moved]: RunRow[] = await tx('runs')
      .where({ run_id: move.runId, state: move.from })
      .update(
        withoutUndefined({
          state: move.to,
          updated_at: move.at,
          failure_code: move.failure?.code,
          failure_message: move.failure?.message,
          platform_run_id: move.platformRunId,
          platform_run_url: move.platformRunUrl,
          submitted_at:
            move.platformRunId &&
            (move.from === 'requested' || move.from === 'unknown')
              ? move.at
              : undefined,
          started_at: move.startedAt,
          ended_at: move.endedAt,
          next_read_at: move.nextReadAt,
          reads_failed: 0,
          lease_owner: null,
          lease_expires_at: null,
        }),
      )
      .returning('*');
    if (!moved) throw changedMeanwhile(move.runId, move.from);
    return toRun(moved);
  }

  /** Remembers a job that turned up after the run was closed as never sent; the state stays. */
  async setLateJob(
    tx: Transaction,
    runId: string,
    job: { platformRunId: string; url?: string },
    at: Date,
  ): Promise<void> {
    const updated = await tx('runs')
      .where({ run_id: runId, state: 'failed' })
      .whereNull('platform_run_id')
      .update({
        platform_run_id: job.platformRunId,
        platform_run_url: job.url ?? null,
        updated_at: at,
        next_read_at: null,
        lease_owner: null,
        lease_expires_at: null,
      });
    if (updated !== 1) throw changedMeanwhile(runId, 'failed');
  }

  /** Notes when somebody first asked to cancel. Throws `run-state-conflict` if the run is over. */
  async setCancelRequested(
    tx: Transaction,
    runId: string,
    at: Date,
  ): Promise<void> {
    const open = () =>
      tx('runs').where({ run_id: runId }).whereIn('state', OPEN_STATES);
    const noted = await open()
      .whereNull('cancel_requested_at')
      .update({ cancel_requested_at: at });
    if (noted === 1 || (await open().first('run_id'))) return;
    throw new StateConflictError(
      'run-state-conflict',
      `The run '${runId}' is over. Look again.`,
    );
  }

  /** Right before submitting: the run still is `requested`, and still ours. Throws `never-sent` otherwise: the run's failure. */
  async renewLease(
    runId: string,
    owner: string,
    now: Date,
    expiresAt: Date,
  ): Promise<void> {
    const updated = await this.db('runs')
      .where({ run_id: runId, state: 'requested', lease_owner: owner })
      .where('lease_expires_at', '>', now)
      .update({ lease_expires_at: expiresAt, next_read_at: expiresAt });
    if (updated === 1) return;
    throw new StateConflictError(
      'never-sent',
      'Getting ready took so long that the run was given up. Nothing was started; start again.',
    );
  }

  /** Takes up to `limit` runs that are due and nobody's, oldest first. */
  async leaseDue(
    owner: string,
    now: Date,
    expiresAt: Date,
    limit: number,
  ): Promise<StoredRun[]> {
    const free = (query: Knex.QueryBuilder) =>
      query
        .where('next_read_at', '<=', now)
        .where(lease =>
          lease.whereNull('lease_owner').orWhere('lease_expires_at', '<=', now),
        );
    const due = free(
      this.db('runs').select('run_id').orderBy('next_read_at').limit(limit),
    );
    // What another replica is just taking is not waited for.
    if (!isSqlite(this.db)) due.forUpdate().skipLocked();
    const leased: Array<Pick<RunRow, 'run_id'>> = await free(
      this.db('runs').whereIn('run_id', due),
    )
      .update({ lease_owner: owner, lease_expires_at: expiresAt })
      .returning('run_id');
    if (leased.length === 0) return [];
    const rows = await this.select().whereIn(
      'run_id',
      leased.map(row => row.run_id),
    );
    return rows.map(toRun);
  }

  /** Gives runs back after a look that changed nothing; one statement for all that are to be read at the same time. */
  async release(owner: string, pauses: readonly RunPause[]): Promise<void> {
    const alike = new Map<string, RunPause[]>();
    for (const pause of pauses) {
      const key = `${pause.readAt?.getTime()} ${pause.readsFailed}`;
      alike.set(key, [...(alike.get(key) ?? []), pause]);
    }
    for (const group of alike.values()) {
      await this.db('runs')
        .whereIn(
          'run_id',
          group.map(pause => pause.runId),
        )
        .where({ lease_owner: owner })
        .update({
          lease_owner: null,
          lease_expires_at: null,
          next_read_at: group[0].readAt,
          reads_failed: group[0].readsFailed,
        });
    }
  }

  /** Jobs of a connection that belong to runs of ours requested between the two times. */
  async claimedJobs(
    connection: string,
    from: Date,
    to: Date,
  ): Promise<ReadonlySet<string>> {
    const rows = await this.db<RunRow>('runs')
      .select('platform_run_id')
      .where({ connection })
      .whereNotNull('platform_run_id')
      .whereBetween('requested_at', [from, to]);
    return new Set(rows.map(row => row.platform_run_id!));
  }

  /** Whether another open run that has no job yet asked for the same: its job and this one's could not be told apart. */
  async hasRival(run: StoredRun): Promise<boolean> {
    const others = await this.db<RunRow>('runs')
      .select('parameters')
      .where({
        connection: run.connection,
        resource: run.resource,
        operation: run.operation,
        principal: run.runsAs.principal,
      })
      .where('version', run.version ?? null)
      .whereNot('run_id', run.id)
      .whereNull('platform_run_id')
      .whereIn('state', ['requested', 'unknown'] satisfies RunState[]);
    const parameters = JSON.stringify(run.parameters);
    return others.some(other => other.parameters === parameters);
  }

  async getRun(runId: string): Promise<StoredRun> {
    const row = await this.select().where('run_id', runId).first();
    if (!row) throw runNotFound(runId);
    return toRun(row);
  }

  async findByIdempotencyKey(
    startedBy: string,
    agent: string | undefined,
    idempotencyKey: string,
  ): Promise<StoredRun | undefined> {
    const row = await this.select()
      .where({
        started_by: startedBy,
        agent: agent ?? '',
        idempotency_key: idempotencyKey,
      })
      .first();
    return row && toRun(row);
  }

  /** A change of what a resource serves that is not over, of those requested after `since`. */
  async findOpenChange(
    connection: string,
    resource: string,
    since: Date,
  ): Promise<StoredRun | undefined> {
    const row = await this.select()
      .where({ connection, resource })
      .whereNotNull('model')
      .whereIn('state', OPEN_STATES)
      .where('requested_at', '>', since)
      .first();
    return row && toRun(row);
  }

  /** A text that is another one after each step of a change of what a resource serves. */
  async changeMark(connection: string, resource: string): Promise<string> {
    const row = await this.db<RunRow>('runs')
      .select('run_id', 'state')
      .where({ connection, resource })
      .whereNotNull('model')
      .orderBy([
        { column: 'requested_at', order: 'desc' },
        { column: 'run_id', order: 'desc' },
      ])
      .first();
    return row ? `${row.run_id} ${row.state}` : '';
  }

  /**
   * Changes of what a resource serves of a model that say what was before: those that may have been made, and the one before them
   * that is known to have been. Newest first.
   */
  async newestChanges(
    connection: string,
    resource: string,
    model: string,
  ): Promise<StoredRun[]> {
    const rows = await this.select()
      .where({ connection, resource, model })
      .where(made =>
        made
          .whereIn('state', ['succeeded', 'lost'] satisfies RunState[])
          // It was seen on the platform, so some of it may have been done.
          .orWhere(seen =>
            seen
              .where('state', 'failed' satisfies RunState)
              .whereNotNull('platform_run_id'),
          ),
      )
      .whereNotNull('traffic_before')
      .orderBy([
        { column: 'requested_at', order: 'desc' },
        { column: 'run_id', order: 'desc' },
      ])
      .limit(MAX_NEWEST_CHANGES);
    const changes = rows.map(toRun);
    const known = changes.findIndex(({ state }) => state === 'succeeded');
    return known < 0 ? changes : changes.slice(0, known + 1);
  }

  /** Ids of the runs that these jobs of a connection belong to, by job. */
  async findIdsByJobs(
    connection: string,
    platformRunIds: readonly string[],
  ): Promise<Map<string, string>> {
    if (platformRunIds.length === 0) return new Map();
    const rows = await this.db<RunRow>('runs')
      .select('run_id', 'platform_run_id')
      .where({ connection })
      .whereIn('platform_run_id', platformRunIds);
    return new Map(rows.map(row => [row.platform_run_id!, row.run_id]));
  }

  /** Newest run of each entity: of an action, or of some of its operations on one resource. */
  async findNewest(
    entityRefs: readonly string[],
    of: NewestOf,
  ): Promise<Map<string, StoredRun>> {
    const newest = new Map<string, StoredRun>();
    for (const entityRef of new Set(entityRefs)) {
      const { operations, ...columns } = of;
      const query = this.select().where({ entity_ref: entityRef, ...columns });
      if (operations) query.whereIn('operation', operations);
      const row = await query
        .orderBy([
          { column: 'requested_at', order: 'desc' },
          { column: 'run_id', order: 'desc' },
        ])
        .first();
      if (row) newest.set(entityRef, toRun(row));
    }
    return newest;
  }

  /** Runs that match, newest first, without asking who may see them. */
  async list(
    filter: Pick<ListRunsQuery, 'entityRef' | 'state' | 'action'>,
    page: { after?: RunCursor; limit: number },
  ): Promise<Page<StoredRun>> {
    const query = this.select()
      .orderBy([
        { column: 'requested_at', order: 'desc' },
        { column: 'run_id', order: 'desc' },
      ])
      .limit(page.limit + 1);
    if (filter.entityRef) query.where('entity_ref', filter.entityRef);
    if (filter.state) query.where('state', filter.state);
    if (filter.action) query.where('action', filter.action);
    const { after } = page;
    if (after) {
      query.where(older =>
        older
          .where('requested_at', '<', after.requestedAt)
          .orWhere(same =>
            same
              .where('requested_at', after.requestedAt)
              .where('run_id', '<', after.runId),
          ),
      );
    }
    const rows = await query;
    return {
      items: rows.slice(0, page.limit).map(toRun),
      nextCursor: rows.length > page.limit ? 'more' : undefined,
    };
  }

  private select(): Knex.QueryBuilder<RunRow, RunRow[]> {
    const { db } = this;
    return db<RunRow>('runs').select(
      'runs.*',
      db('audit_entries')
        .min('sequence')
        .where('audit_entries.run_id', db.ref('runs.run_id'))
        .as('audit_sequence'),
    ) as unknown as Knex.QueryBuilder<RunRow, RunRow[]>;
  }
}

export function runNotFound(runId: string): MissingError {
  return new MissingError(
    'run-not-found',
    `There is no run '${runId}' that you may see.`,
  );
}

function changedMeanwhile(runId: string, from: RunState): StateConflictError {
  return new StateConflictError(
    'run-state-conflict',
    `The run '${runId}' is no longer '${from}'. Look again.`,
  );
}
