import { createApiRef } from '@backstage/frontend-plugin-api';
import { lifeLeftMs } from './tokenLife';

/** Where the person's own OIDC ID token comes from. @public */
export interface ModelopsIdTokenApi {
  /**
   * A token with some life left. With `optional` it gives undefined rather than asking the person to sign in; without,
   * it may ask, and throws when there is still no token.
   */
  getIdToken(options?: { optional?: boolean }): Promise<string | undefined>;
}

/** An app may override it, so that the token comes from the session of its own sign-in page. @public */
export const modelopsIdTokenApiRef = createApiRef<ModelopsIdTokenApi>().with({
  id: 'plugin.modelops.id-token',
  pluginId: 'modelops',
});

/** What the default implementation needs; `Date`, `fetch` and Backstage's auth APIs fit as they are. @public */
export interface ProviderIdTokenOptions {
  /** Id of the auth provider, as in `/api/auth/<provider>`. */
  provider: string;
  /** `auth.environment` of app-config. */
  environment: string;
  /** The session of that provider: the built-in API of Backstage, or an `OAuth2` client. */
  session: {
    getIdToken(options?: { optional?: boolean }): Promise<string>;
  };
  /** Asks the person to sign in anew, even though a session exists. */
  signInAgain: () => Promise<string>;
  /** Where the auth backend is. */
  discoveryApi: { getBaseUrl(pluginId: string): Promise<string> };
  /** Calls the auth backend; the browser's own by default. */
  fetch?: typeof fetch;
  /** The time; the browser's own by default. */
  clock?: () => Date;
}

/**
 * A token with less life than this is renewed first. Two minutes, because a start verifies it, exchanges it and submits,
 * and Backstage never looks at the `exp` of an ID token (design D16).
 */
const ENOUGH_LIFE_MS = 120_000;

/** How long an optional call stays quiet after nothing could be got; cards poll, and must not hammer the auth backend. */
const QUIET_MS = 30_000;

/** The ID token of an auth provider of Backstage. Held in memory only. @public */
export class ProviderIdToken implements ModelopsIdTokenApi {
  private readonly fetch: typeof fetch;
  private readonly clock: () => Date;
  private renewed: string | undefined;
  private refreshInFlight: Promise<string | undefined> | undefined;
  private signInInFlight: Promise<string> | undefined;
  private quietUntil = 0;

  constructor(private readonly options: ProviderIdTokenOptions) {
    this.fetch = options.fetch ?? ((...args) => globalThis.fetch(...args));
    this.clock = options.clock ?? (() => new Date());
  }

  /** See `ModelopsIdTokenApi`. */
  async getIdToken(
    options: { optional?: boolean } = {},
  ): Promise<string | undefined> {
    if (this.renewed && this.livesLongEnough(this.renewed)) return this.renewed;
    const optional = options.optional ?? false;
    if (optional && this.clock().getTime() < this.quietUntil) {
      return this.alive(this.renewed);
    }

    const held = await this.fromSession();
    if (held && this.livesLongEnough(held)) return held;
    const fresh = await this.refresh();
    if (fresh && this.livesLongEnough(fresh)) return fresh;

    if (optional) {
      this.quietUntil = this.clock().getTime() + QUIET_MS;
      return this.alive(fresh) ?? this.alive(held);
    }
    // A provider whose tokens never live two minutes has no better one for somebody who signs in again.
    const renewed = fresh === held ? undefined : this.alive(fresh);
    return renewed ?? this.signIn();
  }

  /** Never asks: a session that cannot be resumed silently counts as none. */
  private async fromSession(): Promise<string | undefined> {
    const token = await this.options.session
      .getIdToken({ optional: true })
      .catch(() => undefined);
    // Backstage answers '' when the identity provider left the ID token out of a refresh.
    return token || undefined;
  }

  private refresh(): Promise<string | undefined> {
    this.refreshInFlight ??= this.askForRefresh().finally(() => {
      this.refreshInFlight = undefined;
    });
    return this.refreshInFlight;
  }

  private async askForRefresh(): Promise<string | undefined> {
    const { discoveryApi, environment, provider } = this.options;
    const base = await discoveryApi.getBaseUrl('auth');
    const query = new URLSearchParams({ optional: '', env: environment });
    const answer = await this.fetch(
      `${base}/${encodeURIComponent(provider)}/refresh?${query}`,
      {
        headers: { 'X-Requested-With': 'XMLHttpRequest' },
        credentials: 'include',
        redirect: 'error',
      },
    )
      .then(response => (response.ok ? response.json() : undefined))
      .catch(() => undefined);
    const token = answer?.providerInfo?.idToken;
    if (typeof token !== 'string' || !token) return undefined;
    this.renewed = token;
    return token;
  }

  private signIn(): Promise<string> {
    this.signInInFlight ??= this.askToSignIn().finally(() => {
      this.signInInFlight = undefined;
    });
    return this.signInInFlight;
  }

  private async askToSignIn(): Promise<string> {
    const fromSession = await this.options.session.getIdToken();
    if (fromSession && this.livesLongEnough(fromSession)) {
      return this.keep(fromSession);
    }
    // The session is alive, but its ID token is not: only a new sign-in brings one.
    const token = await this.options.signInAgain();
    if (!token) {
      throw new Error(
        `The sign-in with '${this.options.provider}' brought no ID token. Its scopes have to contain openid.`,
      );
    }
    return this.keep(token);
  }

  private keep(token: string): string {
    this.renewed = token;
    this.quietUntil = 0;
    return token;
  }

  private livesLongEnough(token: string): boolean {
    return lifeLeftMs(token, this.clock()) >= ENOUGH_LIFE_MS;
  }

  private alive(token: string | undefined): string | undefined {
    return token && lifeLeftMs(token, this.clock()) > 0 ? token : undefined;
  }
}
