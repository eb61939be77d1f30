import { readFileSync } from 'node:fs';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { Secret } from 'backstage-plugin-modelops-node';
import type { Knex } from 'knex';
import { LedgerArchive } from './audit/archive/LedgerArchive';
import { SYSTEM_ACTOR } from './audit/auditEntry';
import type { AuditLedger } from './audit/AuditLedger';
import { CheckpointDelivery } from './audit/checkpoints/CheckpointDelivery';
import { CheckpointStore } from './audit/checkpoints/CheckpointStore';
import { LedgerSealer } from './audit/checkpoints/LedgerSealer';
import {
  generateSigningKey,
  SigningKey,
  VerifyingKey,
} from './audit/checkpoints/SigningKey';
import { FileSink, HttpSink } from './audit/checkpoints/sinks';
import { toKeyRing } from './audit/checkpoints/statements';
import { LedgerVerifier } from './audit/verification/LedgerVerifier';
import type { AuditConfig } from './config';
import { isAppendOnly } from './database/appendOnly';
import { isUniqueViolation } from './database/databaseErrors';
import { sharedKey } from './database/sharedKey';

/** What keeps the ledger honest: checkpoints and where they go, verification, archive. */
export type AuditServices = Awaited<ReturnType<typeof createAuditServices>>;

/** Builds it; the signing key is made and recorded if it is new. */
export async function createAuditServices(foundations: {
  config: AuditConfig;
  db: Knex;
  ledger: AuditLedger;
  clock: () => Date;
  logger: LoggerService;
}) {
  const { config, db, ledger, clock, logger } = foundations;
  const store = new CheckpointStore(db);
  const configured = readSigningKey(config.keys);
  const key =
    configured ??
    new SigningKey(
      await sharedKey(db, 'audit-signing', clock, generateSigningKey),
    );
  await recordKey(key.publicKey, configured ? 'configured' : 'generated');
  const trustedKeys = [
    ...(configured ? [configured.publicKey] : []),
    ...config.keys.trustedKeys.map(text => new VerifyingKey(text)),
  ];
  const ours = toKeyRing([...trustedKeys, key.publicKey]);
  const sinks = config.sinks.map(sink =>
    sink.kind === 'file'
      ? new FileSink(sink.id, sink.file)
      : new HttpSink(sink.id, sink.url, sink.headers),
  );
  const delivery = new CheckpointDelivery({
    db,
    store,
    sinks,
    keys: async () => toKeyRing(await store.listKeys()),
    clock,
    logger,
  });
  return {
    store,
    delivery,
    sealer: new LedgerSealer({
      ledger,
      store,
      key,
      ours,
      pace: config.pace,
      isAppendOnly: () => isAppendOnly(db),
      clock,
      logger,
    }),
    verifier: new LedgerVerifier({
      ledger,
      store,
      delivery,
      sinks,
      keys: { ours, trusted: toKeyRing(trustedKeys) },
    }),
    archive:
      config.retention &&
      new LedgerArchive({
        db,
        ledger,
        store,
        key,
        ours,
        retention: config.retention,
        clock,
        logger,
      }),
  };

  /** Once per key and ledger, whichever replica comes first. */
  async function recordKey(
    publicKey: VerifyingKey,
    origin: 'configured' | 'generated',
  ): Promise<void> {
    if (await store.hasKey(publicKey.id)) return;
    try {
      await ledger.commit(async tx => {
        await store.addKey(tx, publicKey, origin, clock());
        return {
          actor: SYSTEM_ACTOR,
          code: 'audit.key-added',
          detail: `Key ${publicKey.id}, ${origin}.`,
        };
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }
}

function readSigningKey({
  signingKey,
  signingKeyFile,
}: AuditConfig['keys']): SigningKey | undefined {
  if (signingKey) return new SigningKey(signingKey);
  if (signingKeyFile === undefined) return undefined;
  try {
    return new SigningKey(new Secret(readFileSync(signingKeyFile, 'utf8')));
  } catch {
    throw new InputError(
      'modelops.audit.checkpoints.signingKeyFile: the file cannot be read, or holds no Ed25519 private key in PKCS #8 PEM',
    );
  }
}
