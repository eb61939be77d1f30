import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import type { CheckpointStore } from './CheckpointStore';
import type { CheckpointSink } from './sinks';
import { type KeyRing, toStatementLine } from './statements';

/** Pause after the first failed attempt, in milliseconds; it doubles up to the longest. */
const PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 10 * 60_000;
/** Checkpoints sent to a sink in one go; the rest follows at the next. */
const BATCH = 100;

interface DeliveryRow {
  sink: string;
  delivered_sequence: number | string;
  failures: number;
  next_try_at: Date | number;
}

/** Takes checkpoints to their sinks: each at least once, in order, again and again until the sink has it. */
export class CheckpointDelivery {
  constructor(
    private readonly options: {
      db: Knex;
      store: CheckpointStore;
      sinks: readonly CheckpointSink[];
      keys: () => Promise<KeyRing>;
      clock: () => Date;
      logger: LoggerService;
    },
  ) {}

  /** Sends what is due. One sink that fails does not hold up another. */
  async deliver(): Promise<void> {
    const { sinks } = this.options;
    await Promise.all(sinks.map(sink => this.deliverTo(sink)));
  }

  /** Up to which entry each sink has the checkpoints. */
  async listDelivered() {
    const rows = await this.options.db<DeliveryRow>('audit_deliveries');
    return this.options.sinks.map(({ id, kind }) => ({
      id,
      kind,
      deliveredSequence: Number(
        rows.find(row => row.sink === id)?.delivered_sequence ?? 0,
      ),
    }));
  }

  private async deliverTo(sink: CheckpointSink): Promise<void> {
    const { db, store, clock, logger, keys } = this.options;
    const now = clock();
    const row = await this.getRow(sink, now);
    if (isPause(now, new Date(row.next_try_at))) return;
    let { failures } = row;
    try {
      const due = await store.listAfter(Number(row.delivered_sequence), BATCH);
      const ring = due.length > 0 ? await keys() : new Map();
      for (const signed of due) {
        await sink.deliver(
          toStatementLine(
            signed,
            ring.get(signed.body.keyId)?.toBase64() ?? '',
          ),
        );
        await db('audit_deliveries')
          .where({ sink: sink.id })
          .where('delivered_sequence', '<', signed.body.sequence)
          .update({ delivered_sequence: signed.body.sequence, failures: 0 });
        failures = 0;
      }
    } catch (error) {
      logger.warn(
        `The checkpoint sink '${sink.id}' did not take a checkpoint: ${
          (error as Error).message
        }`,
      );
      const pause = Math.min(PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
      await db('audit_deliveries')
        .where({ sink: sink.id })
        .update({
          failures: failures + 1,
          next_try_at: new Date(now.getTime() + pause),
        });
    }
  }

  private async getRow(sink: CheckpointSink, now: Date): Promise<DeliveryRow> {
    const { db } = this.options;
    await db('audit_deliveries')
      .insert({ sink: sink.id, next_try_at: now })
      .onConflict('sink')
      .ignore();
    return db<DeliveryRow>('audit_deliveries')
      .where({ sink: sink.id })
      .first() as Promise<DeliveryRow>;
  }
}

/** One that is longer than any of ours was set by a clock that was ahead. */
function isPause(now: Date, until: Date): boolean {
  const left = until.getTime() - now.getTime();
  return left > 0 && left <= LONGEST_PAUSE_MS;
}
