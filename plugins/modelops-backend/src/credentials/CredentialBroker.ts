import type {
  Connection,
  Credential,
  CredentialExchanger,
  ExchangeRequest,
  Secret,
} from 'backstage-plugin-modelops-node';
import { PlatformError } from 'backstage-plugin-modelops-node';
import type { ConnectionConfig, ExchangeConfig } from '../config';
import type { IdentifiedCaller } from '../identity/Caller';

/** As whom a platform is called for a person: as the person, or as the principal that a rule's `as` names. */
export type Principal =
  | { kind: 'person' }
  | { kind: 'service-principal'; id: string; through: 'person' | 'workload' };

const PERSON: Principal = { kind: 'person' };

/** Whose token a credential was made from: a person's, or the portal's own. */
export type Holder = IdentifiedCaller | 'portal';

/** A credential is renewed when it has less than this left. */
const RENEW_BEFORE_MS = 60_000;
/** Longest life of a credential, unless the connection says `acceptLongLived` (design D11). */
const LONGEST_LIFE_MS = 60 * 60_000;
/** Longest an exchange may take, "who am I" included. */
const EXCHANGE_DEADLINE_MS = 15_000;
/** Most credentials held; the oldest goes first. */
const MAX_HELD = 10_000;

/**
 * Hands out short-lived credentials. In memory only; one exchange in flight per person, connection and principal. Only a
 * request whose own ID token was verified gets here with a person's token, which the type `IdentifiedCaller` says.
 */
export class CredentialBroker {
  private readonly held = new Map<string, Credential>();
  private readonly inFlight = new Map<string, Promise<Credential>>();

  constructor(
    private readonly options: {
      exchangers: ReadonlyMap<string, CredentialExchanger>;
      workloadToken: (signal: AbortSignal) => Promise<Secret>;
      /** Records each credential before it is used; if it throws, the credential is dropped. */
      recordIssued: (
        holder: Holder,
        connection: Connection,
        credential: Credential,
      ) => Promise<unknown>;
      clock: () => Date;
    },
  ) {}

  /** Name the platform knows the principal by, before anything is exchanged. */
  principalName(
    caller: IdentifiedCaller,
    connection: ConnectionConfig,
    principal: Principal,
  ): string | undefined {
    const { exchanger, settings } = this.exchangerOf(connection.user);
    const wanted = wantedOf(caller, principal);
    return exchanger.principalOf({ settings, wanted });
  }

  /** Name the platform knows the portal's reader by. */
  readerName({ reader }: ConnectionConfig): string | undefined {
    const { exchanger, settings } = this.exchangerOf(reader);
    const id = readerIdOf(settings);
    return exchanger.principalOf({
      settings,
      wanted: { kind: 'service-principal', id },
    });
  }

  /** A credential for this person on this connection. Throws PlatformError; never falls back to another one. */
  credentialFor(
    caller: IdentifiedCaller,
    connection: ConnectionConfig,
    principal: Principal,
  ): Promise<Credential> {
    const names = [principal, PERSON].map(one =>
      this.principalName(caller, connection, one),
    );
    const key = personKey(caller, connection, principal, names);
    return this.cached(key, () =>
      this.exchange(caller, connection, connection.user, principal),
    );
  }

  /** The portal's own credential: for reconciling, for ingestion, and for what `reads: reader` says (design D10). */
  readerCredential(connection: ConnectionConfig): Promise<Credential> {
    const principal: Principal = {
      kind: 'service-principal',
      id: readerIdOf(connection.reader.settings),
      through: 'workload',
    };
    return this.cached(JSON.stringify(['reader', connection.id]), () =>
      this.exchange('portal', connection, connection.reader, principal),
    );
  }

  /**
   * Reads with a person's credential. One that the platform refuses although it had issued it is exchanged again, once. Not for
   * what starts something.
   */
  withCredential<T>(
    caller: IdentifiedCaller,
    connection: ConnectionConfig,
    principal: Principal,
    read: (credential: Credential) => Promise<T>,
  ): Promise<T> {
    return this.withFresh(
      () => this.credentialFor(caller, connection, principal),
      read,
    );
  }

  /** Reads with the portal's own credential, in the same way. */
  withReaderCredential<T>(
    connection: ConnectionConfig,
    read: (credential: Credential) => Promise<T>,
  ): Promise<T> {
    return this.withFresh(() => this.readerCredential(connection), read);
  }

  private async withFresh<T>(
    issue: () => Promise<Credential>,
    read: (credential: Credential) => Promise<T>,
  ): Promise<T> {
    const credential = await issue();
    try {
      return await read(credential);
    } catch (error) {
      if (
        !(error instanceof PlatformError) ||
        error.code !== 'platform-refused-credential'
      )
        throw error;
      this.forget(credential);
      return read(await issue());
    }
  }

  /** Forgets a credential that the platform refused, so that the next call exchanges again. */
  forget(credential: Credential): void {
    for (const [key, held] of this.held)
      if (held === credential) this.held.delete(key);
  }

  private cached(
    key: string,
    exchange: () => Promise<Credential>,
  ): Promise<Credential> {
    const held = this.held.get(key);
    if (held && this.millisecondsLeft(held) > RENEW_BEFORE_MS)
      return Promise.resolve(held);
    this.held.delete(key);
    const pending = this.inFlight.get(key);
    if (pending) return pending;
    const started = exchange()
      .then(credential => {
        this.dropExpired();
        if (this.held.size >= MAX_HELD)
          this.held.delete(this.held.keys().next().value!);
        this.held.set(key, credential);
        return credential;
      })
      .finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, started);
    return started;
  }

  private async exchange(
    holder: Holder,
    connection: ConnectionConfig,
    block: ExchangeConfig,
    principal: Principal,
  ): Promise<Credential> {
    const { exchanger, settings } = this.exchangerOf(block);
    // A deadline of its own: others wait for the same exchange, so no single request may abort it.
    const signal = AbortSignal.timeout(EXCHANGE_DEADLINE_MS);
    const person = handsIn(holder, principal);
    const credential = await exchanger.exchange({
      connection,
      settings,
      subjectToken: person
        ? person.identity.token
        : await this.options.workloadToken(signal),
      wanted: wantedOf(holder, principal),
      signal,
    });
    this.requireUsable(connection, credential);
    await this.options.recordIssued(holder, connection, credential);
    return credential;
  }

  private requireUsable(
    connection: ConnectionConfig,
    credential: Credential,
  ): void {
    const left = this.millisecondsLeft(credential);
    if (left <= 0) {
      throw new PlatformError(
        connection.id,
        'credential-expired',
        `The credential for ${connection.id} was already over. Sign in again.`,
        { refused: true },
      );
    }
    // A second of grace: the end of life is counted from before the request was sent.
    if (left > LONGEST_LIFE_MS + 1_000 && !connection.acceptLongLived) {
      throw new PlatformError(
        connection.id,
        'credential-too-long-lived',
        `${connection.id} issued a credential that outlives 60 minutes. Shorten it there, or set acceptLongLived on the connection.`,
        { refused: true },
      );
    }
  }

  private dropExpired(): void {
    for (const [key, credential] of this.held) {
      if (this.millisecondsLeft(credential) <= 0) this.held.delete(key);
    }
  }

  private millisecondsLeft(credential: Credential): number {
    return credential.expiresAt.getTime() - this.options.clock().getTime();
  }

  /** A block names an installed exchanger, or the backend would not have started. */
  private exchangerOf({ exchange, settings }: ExchangeConfig) {
    return { exchanger: this.options.exchangers.get(exchange)!, settings };
  }
}

/** The principal that a `reader` block names; `readerSettings` of an exchanger require it. */
function readerIdOf(settings: ExchangeConfig['settings']): string {
  const { servicePrincipal } = settings as { servicePrincipal?: string };
  return servicePrincipal ?? '';
}

/** The person whose ID token is handed in, unless it is the portal's own token. */
function handsIn(
  holder: Holder,
  principal: Principal,
): IdentifiedCaller | undefined {
  const throughPerson =
    principal.kind === 'person' || principal.through === 'person';
  return throughPerson && holder !== 'portal' ? holder : undefined;
}

function wantedOf(
  holder: Holder,
  principal: Principal,
): ExchangeRequest['wanted'] {
  const claims = handsIn(holder, principal)?.identity.claims;
  return principal.kind === 'person'
    ? { kind: 'person', claims: claims ?? {} }
    : {
        kind: 'service-principal',
        id: principal.id,
        ...(claims && { claims }),
      };
}

/** Everything that decides what a credential may do; two callers never share one. */
function personKey(
  caller: IdentifiedCaller,
  connection: ConnectionConfig,
  principal: Principal,
  /** The principal's name and the person's own: a claim that names them may change while a credential lives. */
  names: readonly (string | undefined)[],
): string {
  return JSON.stringify([
    caller.identity.issuer,
    caller.identity.subject,
    caller.userEntityRef,
    caller.agent ?? '',
    connection.id,
    principal.kind === 'person' ? 'person' : [principal.id, principal.through],
    names.map(name => name ?? ''),
    connection.user.settings,
  ]);
}
