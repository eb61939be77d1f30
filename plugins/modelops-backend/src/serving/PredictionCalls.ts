import type { Transaction } from '../audit/AuditLedger';
import type { ScopedThing } from '../access/ruleScope';
import { lockPerson } from '../database/lockPerson';

/** What `predictionsPerMinute` counts in, in milliseconds: the minute that ends now. */
const WINDOW_MS = 60_000;

/** A row of `prediction_calls`; private to this file. */
interface CallRow {
  asked_by: string;
  asked_at: Date;
  connection: string;
  resource: string;
  environment: string | null;
}

/** A call to a served model. */
export interface PredictionCall {
  askedBy: string;
  askedAt: Date;
  connection: string;
  resource: string;
  environment?: string;
}

/**
 * Notes a call of a person that a rule limits, and gives how many of the last minute `counts` says yes to, this one included.
 * Under a lock that the transaction keeps: calls of one person are counted one after the other, on every replica. By what was
 * asked and not by the rule that allowed it, because a rule's name changes with its place.
 */
export async function countCall(
  tx: Transaction,
  call: PredictionCall,
  counts: (thing: ScopedThing) => boolean,
): Promise<number> {
  await lockPerson(tx, call.askedBy);
  const own = () =>
    tx<CallRow>('prediction_calls').where('asked_by', call.askedBy);
  await own()
    .where('asked_at', '<=', new Date(call.askedAt.getTime() - WINDOW_MS))
    .delete();
  await tx('prediction_calls').insert({
    asked_by: call.askedBy,
    asked_at: call.askedAt,
    connection: call.connection,
    resource: call.resource,
    environment: call.environment ?? null,
  });
  const rows = await own().select('connection', 'resource', 'environment');
  return rows.filter(({ environment, ...row }) =>
    counts({
      ...row,
      action: 'predict',
      environment: environment ?? undefined,
    }),
  ).length;
}
