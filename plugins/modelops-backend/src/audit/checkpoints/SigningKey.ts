import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import type { Secret } from 'backstage-plugin-modelops-node';
import { canonicalJson } from '../auditEntry';

/** A statement with the signature of whoever makes it. */
export interface Signed<T> {
  body: T;
  /** Ed25519 over the RFC 8785 JSON of the body, Base64. */
  signature: string;
}

/** A key that statements of others are checked with. */
export class VerifyingKey {
  /** SHA-256 of the key in SPKI and DER, hexadecimal. */
  readonly id: string;
  readonly #key: KeyObject;

  /** PEM, or SPKI in DER as Base64. Throws unless it is an Ed25519 key, and a public one: a private one is no business of a reader. */
  constructor(text: string) {
    if (text.includes('PRIVATE KEY')) throw new TypeError('is a private key');
    this.#key = requireEd25519(
      createPublicKey(
        text.includes('-----BEGIN')
          ? text
          : { key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' },
      ),
    );
    this.id = createHash('sha256')
      .update(this.#key.export({ format: 'der', type: 'spki' }))
      .digest('hex');
  }

  /** SPKI in DER as Base64. */
  toBase64(): string {
    return this.#key.export({ format: 'der', type: 'spki' }).toString('base64');
  }

  confirms(signed: Signed<unknown>): boolean {
    return verify(
      null,
      Buffer.from(canonicalJson(signed.body)),
      this.#key,
      Buffer.from(signed.signature, 'base64'),
    );
  }
}

/** Each key once. What is no key is left out. */
export function toKeys(texts: Iterable<string>): VerifyingKey[] {
  return [...new Set(texts)].flatMap(text => {
    try {
      return [new VerifyingKey(text)];
    } catch {
      return [];
    }
  });
}

/** The key that checkpoints and stubs are signed with. */
export class SigningKey {
  readonly #key: KeyObject;
  readonly publicKey: VerifyingKey;

  /** PKCS #8: PEM, or DER as Base64. Throws unless it is an Ed25519 key. */
  constructor(text: Secret) {
    const value = text.reveal();
    this.#key = requireEd25519(
      createPrivateKey(
        value.includes('-----BEGIN')
          ? value
          : { key: Buffer.from(value, 'base64'), format: 'der', type: 'pkcs8' },
      ),
    );
    this.publicKey = new VerifyingKey(
      createPublicKey(this.#key)
        .export({ format: 'der', type: 'spki' })
        .toString('base64'),
    );
  }

  sign<T>(body: T): Signed<T> {
    const signature = sign(null, Buffer.from(canonicalJson(body)), this.#key);
    return { body, signature: signature.toString('base64') };
  }
}

/** A new signing key, PKCS #8 in DER as Base64. */
export function generateSigningKey(): string {
  return generateKeyPairSync('ed25519')
    .privateKey.export({ format: 'der', type: 'pkcs8' })
    .toString('base64');
}

function requireEd25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new TypeError('is no Ed25519 key');
}
