import { generateKeyPairSync } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import { Secret } from 'backstage-plugin-modelops-node';
import type { Knex } from 'knex';
import { createAuditServices } from '../../auditServices';
import type { AuditConfig } from '../../config';
import { openDatabase } from '../../database/migrate';
import { AuditLedger } from '../AuditLedger';

/** An Ed25519 private key in PKCS #8 PEM. */
export function newSigningKey(): Secret {
  return new Secret(
    generateKeyPairSync('ed25519').privateKey.export({
      format: 'pem',
      type: 'pkcs8',
    }) as string,
  );
}

/** Settings of the ledger as app-config would give them. */
export function auditConfig(change: Partial<AuditConfig> = {}): AuditConfig {
  return {
    pace: { entries: 1_000, intervalMs: 600_000 },
    keys: { trustedKeys: [] },
    sinks: [],
    ...change,
  };
}

/** A ledger with everything that keeps it honest: what one backend process has of it. */
export async function startLedger(
  db: Knex,
  config: AuditConfig = auditConfig(),
  clock: () => Date = () => new Date(),
) {
  await openDatabase(
    mockServices.database({ knex: db, migrations: { skip: false } }),
  );
  const logger = mockServices.logger.mock();
  const ledger = new AuditLedger({ db, clock, logger });
  const keeping = await createAuditServices({
    config,
    db,
    ledger,
    clock,
    logger,
  });
  return {
    ...keeping,
    ledger,
    logger,
    /** Appends `count` entries, one after the other. */
    async write(count: number, actor = 'user:default/ada') {
      for (let index = 0; index < count; index += 1) {
        await ledger.record({
          actor,
          code: 'run.refused',
          reason: `r${index}`,
        });
      }
    },
  };
}

/** A running ledger. */
export type KeptLedger = Awaited<ReturnType<typeof startLedger>>;
