import {
  type ListRunsQuery,
  type Page,
  type Run,
  type RunDetail,
  type RunEvent,
} from 'backstage-plugin-modelops-common';
import type {
  AccessDecision,
  AccessPolicy,
  AccessQuestion,
} from '../access/AccessPolicy';
import type { AuditReader } from '../audit/AuditReader';
import { InvalidRequestError } from '../errors';
import type { Caller } from '../identity/Caller';
import type { ModelCatalog } from '../models/ModelCatalog';
import type { NewestRuns } from '../models/ModelService';
import type { ConnectionRegistry } from '../platforms/ConnectionRegistry';
import { type StoredRun, toWireRun } from './runRow';
import { isCancellable, NOT_CANCELLABLE } from './runLifecycle';
import { type RunCursor, runNotFound, type RunStore } from './RunStore';

/** Most rows looked at for one page; a caller who may see few of them gets a short page and a cursor. */
const MAX_LOOKED_AT = 1_000;
const BATCH = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Runs as the caller may see them: the entity has to be visible, and `read` allowed on the resource (design §6). */
export class RunView {
  constructor(
    private readonly options: {
      runs: RunStore;
      ledger: AuditReader;
      catalog: ModelCatalog;
      access: AccessPolicy;
      connections: ConnectionRegistry;
    },
  ) {}

  /** A run as it is answered to somebody who may see it. */
  toWire = (run: StoredRun): Run =>
    toWireRun(run, this.options.connections.platformTitle(run.platform));

  /** Throws `run-not-found` also for a run the caller may not see. */
  async getVisible(runId: string, caller: Caller): Promise<StoredRun> {
    const run = await this.options.runs.getRun(runId);
    const [visible] = await this.keepVisible([run], caller);
    if (!visible) throw runNotFound(runId);
    return visible;
  }

  async getDetail(runId: string, caller: Caller): Promise<RunDetail> {
    const run = await this.getVisible(runId, caller);
    const [entries, cancel] = await Promise.all([
      this.options.ledger.timelineOf(runId),
      this.decide('cancel', run, caller),
    ]);
    return {
      ...this.toWire(run),
      timeline: entries.map(
        (entry): RunEvent => ({
          sequence: entry.sequence,
          time: entry.time,
          code: entry.code,
          outcome: entry.outcome,
          actor: entry.actor,
          toState: entry.toState,
          principal: entry.principal,
          refusalCode: entry.refusalCode,
          detail: entry.detail,
        }),
      ),
      cancel: toCancel(run, cancel),
    };
  }

  async list(
    query: ListRunsQuery & { limit: number },
    caller: Caller,
  ): Promise<Page<Run>> {
    const visible: StoredRun[] = [];
    let after =
      query.cursor === undefined ? undefined : parseCursor(query.cursor);
    for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; lookedAt += BATCH) {
      const page = await this.options.runs.list(query, { after, limit: BATCH });
      visible.push(...(await this.keepVisible(page.items, caller)));
      if (visible.length > query.limit) {
        const items = visible.slice(0, query.limit);
        return {
          items: items.map(this.toWire),
          nextCursor: toCursor(items[items.length - 1]),
        };
      }
      if (!page.nextCursor) return { items: visible.map(this.toWire) };
      const last = page.items[page.items.length - 1];
      after = { requestedAt: new Date(last.requestedAt), runId: last.id };
    }
    return {
      items: visible.map(this.toWire),
      nextCursor:
        after &&
        toCursor({
          id: after.runId,
          requestedAt: after.requestedAt.toISOString(),
        }),
    };
  }

  /** Newest run of each entity that the caller may see. */
  newestRuns: NewestRuns = async (entityRefs, of, caller) => {
    const newest = await this.options.runs.findNewest(entityRefs, of);
    const visible = await this.keepVisible([...newest.values()], caller);
    return new Map(visible.map(run => [run.entityRef, this.toWire(run)]));
  };

  /** A decision about an existing run's resource, with what the catalog says of its entity now. */
  async decide(
    action: 'read' | 'cancel',
    run: StoredRun,
    caller: Caller,
  ): Promise<AccessDecision> {
    const [question] = await this.questions(action, [run], caller);
    return this.options.access.decide(caller, question);
  }

  private async keepVisible(
    rows: readonly StoredRun[],
    caller: Caller,
  ): Promise<StoredRun[]> {
    if (rows.length === 0) return [];
    const { catalog, access } = this.options;
    const entities = await catalog.findEntities(
      rows.map(run => run.entityRef),
      caller,
    );
    const hidden = rows
      .map(run => run.entityRef)
      .filter(ref => !entities.get(ref));
    const vanished = await catalog.findVanished(hidden);
    const present = rows.filter(run => entities.get(run.entityRef));
    const decisions = await access.decideMany(
      caller,
      await this.questions('read', present, caller, entities),
    );
    const readable = new Set(
      present.filter((_, index) => decisions[index].allowed).map(run => run.id),
    );
    const audits =
      vanished.size > 0 &&
      (await access.decide(caller, { action: 'audit' })).allowed;
    return rows.filter(
      run =>
        readable.has(run.id) ||
        (vanished.has(run.entityRef) &&
          (audits || run.startedBy === caller.userEntityRef)),
    );
  }

  private async questions(
    action: 'read' | 'cancel',
    rows: readonly StoredRun[],
    caller: Caller,
    known?: Awaited<ReturnType<ModelCatalog['findEntities']>>,
  ): Promise<AccessQuestion[]> {
    const { catalog, connections } = this.options;
    const entities =
      known ??
      (await catalog.findEntities(
        rows.map(run => run.entityRef),
        caller,
      ));
    return rows.map(run => {
      const entity = entities.get(run.entityRef);
      return {
        action,
        entityRef: run.entityRef,
        connection: run.connection,
        // As the connection is labelled now: a rule for the old label must not reach what is production today.
        environment: connections.findConnection(run.connection)?.config
          .environment,
        resource: run.resource,
        entity: entity
          ? catalog.factsOf(entity)
          : { owners: [], trusted: false },
      };
    });
  }
}

/** A training can be cancelled. What changes what is served is taken back by another change. */
function toCancel(
  run: StoredRun,
  decision: AccessDecision,
): RunDetail['cancel'] {
  if (!isCancellable(run)) return { allowed: false, reason: NOT_CANCELLABLE };
  return decision.allowed
    ? { allowed: true }
    : { allowed: false, reason: decision.message };
}

function toCursor(run: Pick<Run, 'id' | 'requestedAt'>): string {
  return Buffer.from(JSON.stringify([run.requestedAt, run.id])).toString(
    'base64url',
  );
}

function parseCursor(cursor: string): RunCursor {
  try {
    const [requestedAt, runId] = JSON.parse(
      Buffer.from(cursor, 'base64url').toString('utf8'),
    );
    if (UUID.test(runId) && !Number.isNaN(Date.parse(requestedAt))) {
      return { requestedAt: new Date(requestedAt), runId };
    }
  } catch {
    // falls through to the refusal below
  }
  throw new InvalidRequestError(
    'request-invalid',
    'cursor: is not one that this list gave out',
  );
}
