import type { Person } from '../people';
import { ControlClient } from './ControlClient';
import type { ForgedTokenKind } from './forgedTokenKinds';
import { SimulatorHandle } from './SimulatorHandle';

/** What to change in an otherwise good ID token. */
export interface TokenOverrides {
  /** Put over the person's claims; `null` removes one. */
  claims?: Record<string, unknown>;
  /** JOSE header fields put over `alg`, `typ` and `kid`. */
  header?: Record<string, unknown>;
  /** Seconds from now until `exp`; 3600 unless told, negative for an expired token. */
  lifetimeSeconds?: number;
}

/** The running OpenID provider. */
export class IdpHandle extends SimulatorHandle {
  /** @param issuer - `iss` of its tokens, also where it answers. */
  constructor(readonly issuer: string) {
    super(new ControlClient(issuer));
  }

  /** A good ID token of the portal's client, unless overridden. */
  async signIdToken(
    person: Person,
    overrides?: TokenOverrides,
  ): Promise<string> {
    return (
      await this.control.call<{ token: string }>('POST', '/tokens', {
        person,
        overrides,
      })
    ).token;
  }

  /** A token that is wrong in exactly one way. */
  async forge(kind: ForgedTokenKind, person: Person): Promise<string> {
    return (
      await this.control.call<{ token: string }>('POST', '/forged-tokens', {
        person,
        kind,
      })
    ).token;
  }

  /** Signs with a new key from here on and gives its kid; the earlier keys stay in the JWKS unless told. */
  async rotateKeys(options: { keepOld?: boolean } = {}): Promise<string> {
    return (
      await this.control.call<{ kid: string }>('POST', '/keys/rotate', options)
    ).kid;
  }

  /** Seconds its clock is ahead of the machine's; moves `iat` and `exp` of new ID tokens. */
  async setClockOffset(seconds: number): Promise<void> {
    await this.control.call('PATCH', '/behaviour', {
      clockOffsetSeconds: seconds,
    });
  }

  /** Seconds the ID tokens of logins and refreshes live from here on. */
  async setIdTokenLifetime(seconds: number): Promise<void> {
    await this.control.call('PATCH', '/behaviour', { idTokenSeconds: seconds });
  }
}
