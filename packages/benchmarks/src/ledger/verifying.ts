import type { Knex } from 'knex';
import { AuditLedger, createAuditServices } from '../backendInternals';
import { silentLogger } from '../databases';
import { summarise, timed } from '../measure';
import type { Settings } from '../settings';
import { figure, measuredRow, type Row } from '../table';

/** Design aim, in entries per second. */
const AIM = 100_000;

/** Verifies the whole ledger as `GET /audit/verification` does. Throws if it is not intact. */
export async function measureVerifying(
  db: Knex,
  database: string,
  settings: Settings,
): Promise<Row[]> {
  const clock = () => new Date();
  const ledger = new AuditLedger({ db, clock, logger: silentLogger });
  const { sealer, verifier } = await createAuditServices({
    config: {
      pace: { entries: 1_000, intervalMs: 60_000 },
      keys: { trustedKeys: [] },
      sinks: [],
    },
    db,
    ledger,
    clock,
    logger: silentLogger,
  });
  await sealer.seal('now');
  const entries = (await ledger.findNewest())?.sequence ?? 0;
  const rates: number[] = [];
  // The seal above read everything once, and a round is seconds long and steady, so two do.
  for (let round = 0; round < Math.min(settings.rounds, 2); round++) {
    const ms = await timed(async () => {
      const answer = await verifier.verify();
      if (!answer.intact) throw new Error(answer.problem?.message);
    });
    rates.push((entries / ms) * 1_000);
  }
  const rate = summarise(rates);
  return [
    measuredRow(
      {
        benchmark: 'Verify',
        case: `${figure(entries)} entries`,
        database,
        aim: { text: `≥ ${figure(AIM)}/s`, met: rate.median >= AIM },
      },
      rate,
      'entries/s',
    ),
  ];
}
