import { createHmac, hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { AuditEntry } from 'backstage-plugin-modelops-common';
import type { Secret } from 'backstage-plugin-modelops-node';

/** Actor of what the backend finds out or does by itself. */
export const SYSTEM_ACTOR = 'system:modelops';

/** `previousHash` of the first entry. */
export const NO_PREVIOUS_HASH = '0'.repeat(64);

/** What a caller of the ledger writes; the ledger adds place, time and hashes. */
export type NewAuditEntry = Omit<
  AuditEntry,
  'sequence' | 'time' | 'previousHash' | 'hash'
>;

/** Everything of an entry that its hash covers. */
export type UnsealedAuditEntry = Omit<AuditEntry, 'hash'>;

/**
 * RFC 8785 JSON: the bytes that are hashed, and stored as they were hashed. Half of a surrogate pair, which UTF-8 cannot hold,
 * becomes U+FFFD: what somebody types must not keep an entry out of the ledger.
 */
export function canonicalJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (error) {
    const mended = withoutHalves(value);
    if (mended === undefined) throw error;
    text = canonicalize(mended);
  }
  if (text === undefined) throw new TypeError('Not a JSON value');
  return text;
}

/** The value with U+FFFD for each half of a surrogate pair, which JSON.stringify escapes; undefined if it has none. */
function withoutHalves(value: unknown): unknown {
  const json = JSON.stringify(value);
  const mended = json.replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, escaped =>
    escaped.startsWith('\\ud') ? '\\ufffd' : escaped,
  );
  return mended === json ? undefined : JSON.parse(mended);
}

/** SHA-256 of the canonical bytes, hexadecimal. */
export function hashOf(canonical: string): string {
  return hash('sha256', canonical);
}

/** HMAC-SHA-256 over canonical JSON: equal for equal values, and useless without the key for guessing them. */
export function keyedHash(key: Secret, value: unknown): string {
  return createHmac('sha256', key.reveal())
    .update(canonicalJson(value), 'utf8')
    .digest('hex');
}

/** Puts an entry at its place in the chain. Fields that are undefined are left out, so that they cannot change the hash. */
export function sealEntry(
  entry: NewAuditEntry,
  place: { sequence: number; time: Date; previousHash: string },
): { sealed: AuditEntry; canonical: string } {
  const unsealed: UnsealedAuditEntry = {
    ...withoutUndefined(entry),
    sequence: place.sequence,
    time: place.time.toISOString(),
    previousHash: place.previousHash,
  };
  const canonical = canonicalJson(unsealed);
  return { sealed: { ...unsealed, hash: hashOf(canonical) }, canonical };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as T;
}
