import { randomBytes } from 'node:crypto';
import type { Principal } from './principals';

/** What an access token stands for. */
export interface Session {
  principal: Principal;
  scopes: string[];
  /** Epoch milliseconds. */
  expiresAt: number;
  /** The project its calls are counted on; workforce tokens only. */
  userProject?: string;
  /** Who asked for a service account's token. */
  impersonator?: Principal;
}

/** Bytes of chance in a token. Real tokens may have up to 12 288 bytes; clients must not look into them. */
const TOKEN_BYTES = 96;

/** Access tokens that were issued. */
export class GoogleSessions {
  private readonly byToken = new Map<string, Session>();
  private readonly revoked = new Set<string>();

  constructor(private readonly now: () => number) {}

  /** `ya29.d.` of a federated identity, `ya29.c.` of a service account, as the real ones begin. */
  issue(session: Session): string {
    this.forgetExpired();
    const kind = session.impersonator ? 'c' : 'd';
    const token = `ya29.${kind}.${randomBytes(TOKEN_BYTES).toString(
      'base64url',
    )}`;
    this.byToken.set(token, session);
    return token;
  }

  /** The session of a token that is known, not expired, and of whose principals none is revoked. */
  findValid(token: string): Session | undefined {
    const session = this.byToken.get(token);
    if (!session || session.expiresAt <= this.now()) return undefined;
    const { principal, impersonator } = session;
    return this.isRevoked(principal.name) ||
      (impersonator && this.isRevoked(impersonator.name))
      ? undefined
      : session;
  }

  /** Kills the tokens a principal has now, those of service accounts too; it may get new ones. */
  end(principal: string): void {
    for (const [token, session] of this.byToken) {
      const names = [session.principal.name, session.impersonator?.name];
      if (names.includes(principal)) this.byToken.delete(token);
    }
  }

  /** The same, and it gets no new ones until it is restored. */
  revoke(principal: string): void {
    this.revoked.add(principal);
  }

  restore(principal: string): void {
    this.revoked.delete(principal);
  }

  isRevoked(principal: string): boolean {
    return this.revoked.has(principal);
  }

  /** A demo may run for days. */
  private forgetExpired(): void {
    for (const [token, { expiresAt }] of this.byToken)
      if (expiresAt <= this.now()) this.byToken.delete(token);
  }
}
