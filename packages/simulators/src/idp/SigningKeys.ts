import { randomBytes } from 'node:crypto';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type CryptoKey,
  type JWK,
} from 'jose';

/** One RS256 signing key of the provider. */
export interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  privateJwk: JWK;
}

/** The provider's keys. The first signs; the others stay published so that earlier tokens still verify. */
export class SigningKeys {
  private constructor(private keys: SigningKey[]) {}

  static async create(): Promise<SigningKeys> {
    return new SigningKeys([await createSigningKey()]);
  }

  get current(): SigningKey {
    return this.keys[0];
  }

  /** For the provider's own key store, private parts included. */
  privateJwks(): { keys: JWK[] } {
    return { keys: this.keys.map(key => key.privateJwk) };
  }

  /** A new key signs from here on. `keepOld: false` takes the earlier ones out of the JWKS at once. */
  async rotate(options: { keepOld: boolean }): Promise<string> {
    const next = await createSigningKey();
    this.keys = options.keepOld ? [next, ...this.keys] : [next];
    return next.kid;
  }

  async publicPem(): Promise<string> {
    return exportSPKI(this.current.publicKey);
  }
}

/** Makes a key of its own; also used for keys that are deliberately not the provider's. */
export async function createSigningKey(
  kid = `idp-${randomBytes(6).toString('hex')}`,
): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', {
    extractable: true,
  });
  return {
    kid,
    privateKey,
    publicKey,
    privateJwk: {
      ...(await exportJWK(privateKey)),
      kid,
      alg: 'RS256',
      use: 'sig',
    },
  };
}
