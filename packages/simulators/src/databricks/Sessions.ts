import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { DatabricksClock } from './DatabricksClock';
import type { Principal } from './principals';

/** What an access token of the workspace stands for. */
export interface Session {
  principal: Principal;
  scopes: string[];
  /** Epoch seconds. */
  expiresAt: number;
}

/** Access tokens the workspace has issued. They look like JWTs, as the real ones do; clients must treat them as opaque. */
export class Sessions {
  private readonly byToken = new Map<string, Session>();
  private readonly key = randomBytes(32);

  constructor(
    private readonly host: string,
    private readonly clock: DatabricksClock,
  ) {}

  issue(session: Session): string {
    this.forgetExpired();
    const claims = {
      iss: `${this.host}/oidc`,
      sub: session.principal.userName,
      scope: session.scopes.join(' '),
      iat: Math.floor(this.clock.now() / 1000),
      exp: session.expiresAt,
      jti: randomUUID(),
    };
    const signed = [{ alg: 'HS256', typ: 'at+jwt' }, claims]
      .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const token = `${signed}.${createHmac('sha256', this.key)
      .update(signed)
      .digest('base64url')}`;
    this.byToken.set(token, session);
    return token;
  }

  /** The session of a token that is known, not expired and whose principal is not revoked. */
  findValid(token: string, minimumSecondsLeft: number): Session | undefined {
    const session = this.byToken.get(token);
    if (!session || session.principal.revoked) return undefined;
    return session.expiresAt - this.clock.now() / 1000 > minimumSecondsLeft
      ? session
      : undefined;
  }

  /** A demo may run for days. */
  private forgetExpired(): void {
    const now = this.clock.now() / 1000;
    for (const [token, { expiresAt }] of this.byToken)
      if (expiresAt <= now) this.byToken.delete(token);
  }
}
