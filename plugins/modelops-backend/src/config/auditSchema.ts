import { baseUrlProblem, Secret } from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import { SigningKey, VerifyingKey } from '../audit/checkpoints/SigningKey';
import { durationSchema } from './durationSchema';
import { secretSchema, textSchema } from './identitySchema';
import type { AuditConfig } from './ModelopsConfig';

/** Shortest key of the keyed hashes, in characters: 32 random hex digits are 128 bits. */
const MIN_HASH_KEY = 32;
/** More entries without a checkpoint than this leave too many that could be cut off unnoticed. */
const MAX_ENTRIES = 100_000;
const SECOND_MS = 1_000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;
/** Open runs and their watch list need their entries; a run is open for days at most. */
const MIN_KEEP_DAYS = 30;

/** Fits the column `audit_deliveries.sink`. */
const SINK_NAME = /^[\w-]{1,64}$/;

const signingKeySchema = textSchema
  .refine(
    text => isKey(() => new SigningKey(new Secret(text))),
    'is no Ed25519 private key in PKCS #8 (make one with: openssl genpkey -algorithm ed25519)',
  )
  .pipe(secretSchema);

const publicKeySchema = textSchema.refine(
  text => isKey(() => new VerifyingKey(text)),
  'is no Ed25519 public key, as PEM or as the Base64 of its DER',
);

const sinkSchema = z
  .strictObject({
    file: textSchema.optional(),
    url: textSchema.optional(),
    headers: z.record(z.string(), secretSchema).optional(),
    insecure: z.boolean().default(false),
  })
  .transform(({ file, url, headers = {}, insecure }, context) => {
    if (
      file !== undefined &&
      url === undefined &&
      Object.keys(headers).length === 0
    )
      return { kind: 'file' as const, file };
    if (url === undefined || file !== undefined) {
      context.addIssue(
        'needs either file, or url with headers if it wants any',
      );
      return z.NEVER;
    }
    const problem = baseUrlProblem(url, insecure);
    if (problem) {
      context.addIssue({ code: 'custom', path: ['url'], message: problem });
      return z.NEVER;
    }
    return { kind: 'http' as const, url, headers };
  });

const checkpointsSchema = z
  .strictObject({
    entries: z.number().int().min(1).max(MAX_ENTRIES).default(1_000),
    interval: durationSchema
      .refine(
        ms => ms >= 10 * SECOND_MS && ms <= DAY_MS,
        'has to be between 10 seconds and a day',
      )
      .default(10 * 60 * SECOND_MS),
    signingKey: signingKeySchema.optional(),
    signingKeyFile: textSchema.optional(),
    trustedKeys: z.array(publicKeySchema).default([]),
    sinks: z
      .record(z.string(), sinkSchema)
      .superRefine((sinks, context) => {
        for (const name of Object.keys(sinks)) {
          if (SINK_NAME.test(name)) continue;
          context.addIssue({
            code: 'custom',
            path: [name],
            message: 'has to be a name of at most 64 of A-Z a-z 0-9 _ -',
          });
        }
      })
      .default({}),
  })
  .refine(keys => !(keys.signingKey && keys.signingKeyFile), {
    path: ['signingKeyFile'],
    message: 'does not go with signingKey; take one of the two away',
  });

const retentionSchema = z.strictObject({
  keep: durationSchema.refine(
    ms => ms >= MIN_KEEP_DAYS * DAY_MS,
    `has to be at least ${MIN_KEEP_DAYS} days`,
  ),
  archive: textSchema,
});

/** `modelops.audit`. */
export const auditSchema = z
  .strictObject({
    hashKey: z
      .string()
      .min(MIN_HASH_KEY, `has to have at least ${MIN_HASH_KEY} characters`)
      .pipe(secretSchema)
      .optional(),
    checkpoints: checkpointsSchema.prefault({}),
    retention: retentionSchema.optional(),
  })
  .transform(
    ({
      hashKey,
      checkpoints: { entries, interval, sinks, ...keys },
      retention,
    }): AuditConfig => ({
      hashKey,
      pace: { entries, intervalMs: interval },
      keys,
      sinks: Object.entries(sinks).map(([id, sink]) => ({ id, ...sink })),
      retention: retention && {
        keepMs: retention.keep,
        folder: retention.archive,
      },
    }),
  );

function isKey(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}
