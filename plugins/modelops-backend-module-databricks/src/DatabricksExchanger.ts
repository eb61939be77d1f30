import {
  claimOf,
  failingAs,
  isUnverified,
  refusal,
  requestToken,
  type Connection,
  type Credential,
  type CredentialExchanger,
  type ExchangeRequest,
  type IssuedToken,
} from 'backstage-plugin-modelops-node';
import { confirmPrincipal } from './databricksIdentity';
import {
  applicationIdSchema,
  connectionSettings,
  exchangeSettings,
  readerSettings,
  userSettings,
  type DatabricksSettings,
} from './databricksSettings';

/** Azure Databricks refuses a token with 30 s left; Databricks' own SDKs give up 40 s before the end. */
const LEAST_LIFE_MS = 40_000;

/** What to do about a refusal. The token endpoint's codes do not tell its causes apart, so each names all of them. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  [
    'invalid_grant',
    "Check that the federation policy names the token's issuer and audience exactly, and sign in again if it is old.",
  ],
  [
    'invalid_client',
    'Check that a federation policy matches the subject, and that the user or service principal exists and is active in the workspace.',
  ],
  [
    'invalid_scope',
    "Check 'scopes' of the connection: this workspace may accept all-apis only.",
  ],
]);

/**
 * Token federation: hands the token of the identity provider to the workspace, and asks the workspace whom the token it
 * gives in return belongs to. Never another credential instead.
 * @internal
 */
export class DatabricksExchanger implements CredentialExchanger {
  readonly id = 'databricks-federation';
  readonly userSettings = userSettings;
  readonly readerSettings = readerSettings;

  constructor(private readonly clock: () => Date) {}

  principalOf({
    settings,
    wanted,
  }: Pick<ExchangeRequest, 'settings' | 'wanted'>): string | undefined {
    if (isUnvouched({ settings, wanted })) return undefined;
    if (wanted.kind === 'service-principal')
      return applicationIdSchema.safeParse(wanted.id).data;
    const { principalClaim } = userSettings.parse(settings);
    const name = claimOf(wanted.claims, principalClaim);
    return typeof name === 'string' && name !== '' ? name : undefined;
  }

  async exchange(request: ExchangeRequest): Promise<Credential> {
    const connection = databricksConnection(request.connection);
    const wanted = this.principalOf(request);
    if (!wanted) throw nobodyWanted(request);
    const issued = await this.requestToken(request, connection);
    const principal = await failingAs(
      { refused: true },
      confirmPrincipal(request, connection, issued, wanted),
    );
    return {
      accessToken: issued.token,
      principal,
      confirmed: true,
      expiresAt: issued.expiresAt,
    };
  }

  private async requestToken(
    request: ExchangeRequest,
    connection: Connection<DatabricksSettings>,
  ): Promise<IssuedToken> {
    const { scopes } = exchangeSettings.parse(request.settings);
    const issued = await requestToken({
      connection: connection.id,
      tokenEndpoint: `${connection.settings.host}/oidc/v1/token`,
      form: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: request.subjectToken.reveal(),
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        scope: scopes.join(' '),
        // For a person there must be none: with a client_id the token is a service principal's, and the person is gone.
        ...(request.wanted.kind === 'service-principal' && {
          client_id: request.wanted.id,
        }),
      },
      advice: ADVICE,
      clock: this.clock,
      signal: request.signal,
    });
    // The credential lives as long as the token handed in.
    if (issued.expiresAt.getTime() - this.clock().getTime() < LEAST_LIFE_MS)
      throw refusal(
        connection.id,
        'credential-expired',
        `The sign-in has too little life left for ${connection.id}. Sign in again.`,
      );
    return issued;
  }
}

function databricksConnection(
  connection: Connection,
): Connection<DatabricksSettings> {
  const settings = connectionSettings.safeParse(connection.settings);
  if (settings.success) return { ...connection, settings: settings.data };
  throw refusal(
    connection.id,
    'exchange-refused',
    `The exchange databricks-federation works with connections of platform databricks only. Check ${connection.id} in app-config.`,
  );
}

/** Databricks compares the claim only, also for somebody who only wants to become a service principal. */
function isUnvouched({
  settings,
  wanted,
}: Pick<ExchangeRequest, 'settings' | 'wanted'>): boolean {
  return (
    wanted.claims !== undefined &&
    isUnverified(wanted.claims, userSettings.parse(settings).principalClaim)
  );
}

function nobodyWanted(request: ExchangeRequest) {
  const { connection, settings, wanted } = request;
  if (isUnvouched(request))
    return refusal(
      connection.id,
      'platform-identity-mismatch',
      `The ID token does not say email_verified: true, so its claim 'email' does not prove who you are on ${connection.id}. Have the address verified at the identity provider, or set principalClaim to a claim that people cannot change.`,
    );
  if (wanted.kind === 'service-principal')
    return refusal(
      connection.id,
      'exchange-refused',
      `The service principal for ${connection.id} is not named by its application id, a UUID. Check servicePrincipal in app-config.`,
    );
  const { principalClaim } = userSettings.parse(settings);
  return refusal(
    connection.id,
    'exchange-refused',
    `The ID token has no claim '${principalClaim}', which says who you are on ${connection.id}. Ask the identity provider for it, or set principalClaim.`,
  );
}
