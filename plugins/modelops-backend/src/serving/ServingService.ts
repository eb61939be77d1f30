import { setTimeout as sleep } from 'node:timers/promises';
import type { Entity } from '@backstage/catalog-model';
import type {
  ModelVersion,
  Serving,
  ServingState,
} from 'backstage-plugin-modelops-common';
import type {
  ModelServing,
  PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { AuditLedger } from '../audit/AuditLedger';
import type { RequestFacts, RequestJournal } from '../audit/RequestJournal';
import { RefusedError, StateConflictError } from '../errors';
import { callerFacts, type IdentifiedCaller } from '../identity/Caller';
import {
  readBindings,
  type ResolvedBinding,
  servingBindings,
  targetOf,
} from '../models/bindings';
import {
  aboutDecision,
  type AllowedDecision,
  type ModelActions,
} from '../models/ModelActions';
import type { ConnectionRegistry } from '../platforms/ConnectionRegistry';
import { aboutReading } from '../reading/aboutReading';
import type { PlatformReader, Reading } from '../reading/PlatformReader';
import type { StoredRun } from '../runs/runRow';
import type { RunStore } from '../runs/RunStore';
import { changeToTakeBack, rollbackTo } from './rollback';

/** Longest a list of versions waits to know where they are served, in milliseconds; it goes without otherwise. */
const SHARES_PATIENCE_MS = 3_000;

const SERVING_CODES = {
  refused: 'serving.refused',
  failed: 'serving.failed',
} as const;

/** Something that serves a model, and that the caller may look at. */
interface Readable {
  caller: IdentifiedCaller;
  binding: ResolvedBinding;
  decision: AllowedDecision;
  model?: ResolvedBinding;
}

/** What endpoints serve, as people may see it. */
export class ServingService {
  constructor(
    private readonly options: {
      actions: ModelActions;
      connections: ConnectionRegistry;
      reader: PlatformReader;
      runs: Pick<RunStore, 'changeMark' | 'newestChanges'>;
      ledger: AuditLedger;
      journal: RequestJournal;
    },
  ) {}

  /** What one endpoint of the entity serves, how much it is asked, and what could be taken back. */
  async get(
    entityRef: string,
    target: string | undefined,
    caller: IdentifiedCaller,
  ): Promise<Serving> {
    const { actions, ledger, journal } = this.options;
    const facts: RequestFacts = {
      ...callerFacts(caller),
      action: 'read',
      entityRef,
    };
    try {
      const { binding, decision, model } = await actions.decideOn(
        entityRef,
        'serve',
        'read',
        caller,
        target,
      );
      Object.assign(facts, aboutDecision(binding, decision));
      if (!decision.allowed)
        throw new RefusedError(decision.code, decision.message);
      const readable = { caller, binding, decision, model };
      const [reading, load, changes] = await Promise.all([
        this.readState(readable),
        this.findLoad(readable),
        model &&
          this.options.runs.newestChanges(
            binding.connection,
            binding.resource,
            model.resource,
          ),
      ]);
      const { value, freshness } = reading;
      await ledger.record(
        {
          ...facts,
          ...aboutReading(reading),
          code: 'serving.read',
          outcome: 'accepted',
        },
        'apart',
      );
      return {
        ...value,
        target: targetOf(binding),
        load,
        // What is served now is not known then.
        rollback: freshness.failure
          ? undefined
          : toRollback(value, changes ?? []),
        freshness,
      };
    } catch (error) {
      throw await journal.close(error, SERVING_CODES, facts);
    }
  }

  /**
   * Where each version of a model is served and with how much of the traffic, as far as the caller may look and the platforms
   * tell soon enough. Never throws for a platform.
   */
  async sharesByVersion(
    entity: Entity,
    model: ResolvedBinding,
    caller: IdentifiedCaller,
  ): Promise<ReadonlyMap<string, ModelVersion['servedBy']>> {
    const { actions, connections } = this.options;
    const bindings = servingBindings(readBindings(entity, connections));
    const decisions = await actions.decideMany(
      entity,
      bindings.map(binding => ({ binding, action: 'read' as const })),
      caller,
    );
    const states = await Promise.all(
      bindings.map(async (binding, at) => {
        const decision = decisions[at];
        return decision.allowed
          ? this.findState({ caller, binding, decision, model })
          : undefined;
      }),
    );
    const shares = new Map<string, Map<string, number>>();
    states.forEach((state, at) => {
      const target = targetOf(bindings[at]);
      for (const { ours, version, share } of state?.served ?? []) {
        if (!ours || version === undefined) continue;
        const ofVersion = shares.get(version) ?? new Map<string, number>();
        ofVersion.set(target, (ofVersion.get(target) ?? 0) + share);
        shares.set(version, ofVersion);
      }
    });
    return new Map(
      [...shares].map(([version, ofVersion]) => [
        version,
        [...ofVersion].map(([target, share]) => ({ target, share })),
      ]),
    );
  }

  private async readState(readable: Readable): Promise<Reading<ServingState>> {
    const { binding, model } = readable;
    const ours = modelFor(binding, model);
    // An answer from before a change made here is old, however fresh, on every replica.
    const since = await this.options.runs.changeMark(
      binding.connection,
      binding.resource,
    );
    return this.options.reader.read(
      { ...readable, about: ['serving', ours?.canonical], since },
      call => servingOf(binding).readServing(call, binding.parsed, ours),
    );
  }

  private async findState(
    readable: Readable,
  ): Promise<ServingState | undefined> {
    const answered = new AbortController();
    const reading = await Promise.race([
      this.readState(readable).catch(() => undefined),
      sleep(SHARES_PATIENCE_MS, undefined, { signal: answered.signal }).catch(
        () => undefined,
      ),
    ]).finally(() => answered.abort());
    return reading && !reading.freshness.failure ? reading.value : undefined;
  }

  private async findLoad(readable: Readable): Promise<Serving['load']> {
    const { binding } = readable;
    const reading = await this.options.reader
      .read({ ...readable, about: ['load'] }, call =>
        servingOf(binding).readLoad(call, binding.parsed),
      )
      .catch(() => undefined);
    return reading && !reading.freshness.failure ? reading.value : undefined;
  }
}

/** What taking back the newest change made here would restore, if that can be done. */
function toRollback(
  { served }: ServingState,
  changes: readonly StoredRun[],
): Serving['rollback'] {
  const newest = changeToTakeBack(served, changes);
  if (!newest?.before) return undefined;
  const rollback = rollbackTo(served, newest.before);
  return rollback.ok
    ? {
        runId: newest.id,
        changedBy: newest.startedBy,
        changedAt: newest.requestedAt,
        shares: rollback.shares,
      }
    : undefined;
}

/** What a connection serves. Throws `operation-unsupported` where its platform serves nothing. */
export function servingOf({ open }: ResolvedBinding): ModelServing {
  if (open.client.serving) return open.client.serving;
  throw new StateConflictError(
    'operation-unsupported',
    `${open.platform.title} serves no models.`,
  );
}

/** The model as the platform of an endpoint knows it; nothing if it is registered elsewhere. */
export function modelFor(
  binding: ResolvedBinding,
  model: ResolvedBinding | undefined,
): PlatformResource | undefined {
  return model?.platform === binding.platform ? model.parsed : undefined;
}
