import {
  parseJson,
  PlatformError,
  platformFetch,
  refusal,
  Secret,
  type IssuedToken,
  type PlatformResponse,
} from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import { parseGoogleStatus } from './googleStatus';

/** Largest answer, in bytes; tokens are a few kB. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** Longest Google may take, in milliseconds. */
const DEADLINE_MS = 6_000;

/** Source: google/iam/credentials/v1/common.proto, GenerateAccessTokenResponse. */
const answerSchema = z.object({
  // RFC 6750 §2.1. A line break in it would end up in the message of the error that fetch throws.
  accessToken: z.string().regex(/^[A-Za-z0-9._~+/-]+=*$/),
  expireTime: z.iso
    .datetime({ offset: true })
    .transform(time => new Date(time)),
});

/** What is asked for, of whom and as whom. @internal */
export interface Impersonation {
  connection: string;
  iamCredentialsHost: string;
  /** The federated token. */
  token: Secret;
  serviceAccount: string;
  scopes: readonly string[];
  seconds: number;
  clock: () => Date;
  signal: AbortSignal;
}

/**
 * A token of a service account, made with somebody's own token (IAM Credentials API, `generateAccessToken`). Throws
 * PlatformError, each refusal with its likely cause; Google's own words are not passed on.
 * @internal
 */
export async function impersonate(asked: Impersonation): Promise<IssuedToken> {
  const now = asked.clock();
  const response = await platformFetch({
    connection: asked.connection,
    host: asked.iamCredentialsHost,
    path: `/v1/projects/-/serviceAccounts/${asked.serviceAccount}:generateAccessToken`,
    method: 'POST',
    credential: asked.token,
    body: {
      json: JSON.stringify({
        scope: asked.scopes,
        lifetime: `${asked.seconds}s`,
      }),
    },
    repeat: 'read', // a token request changes nothing, so it may be repeated
    signal: asked.signal,
    deadlineMs: DEADLINE_MS,
    maxBytes: MAX_ANSWER_BYTES,
  }).catch(error => {
    if (!(error instanceof PlatformError)) throw error;
    throw error.code === 'platform-unreachable'
      ? unreachable(asked, 'did not answer')
      : noToken(asked);
  });
  if (response.status < 200 || response.status > 299)
    throw refused(asked, response);
  const answer = answerSchema.safeParse(parseJson(response.text));
  if (!answer.success) throw noToken(asked);
  return {
    token: new Secret(answer.data.accessToken),
    // By the earlier of two clocks, so that the token never seems to live longer than it does.
    expiresAt: new Date(
      Math.min(
        answer.data.expireTime.getTime(),
        now.getTime() + asked.seconds * 1000,
      ),
    ),
  };
}

function refused(asked: Impersonation, response: PlatformResponse) {
  const { connection, serviceAccount } = asked;
  const { status } = response;
  if (status >= 500 || status === 429)
    return unreachable(asked, `answered ${status}`);
  const said = parseGoogleStatus(response.text);
  if (!said) return noToken(asked);
  const begin = `Google did not let ${connection} become ${serviceAccount}`;
  if (said.reason === 'SERVICE_DISABLED')
    return refusal(
      connection,
      'exchange-refused',
      `${begin}: the IAM Service Account Credentials API is not enabled. Enable iamcredentials.googleapis.com in the project of the account. Nothing was started.`,
    );
  if (
    said.permission === 'serviceusage.services.use' ||
    said.reason === 'USER_PROJECT_DENIED'
  )
    return refusal(
      connection,
      'exchange-refused',
      `${begin}: the permission serviceusage.services.use is missing on the project that calls are counted on (userProject of the connection). Ask its owner for roles/serviceusage.serviceUsageConsumer. Nothing was started.`,
    );
  if (status === 403 || status === 404)
    return refusal(
      connection,
      'exchange-refused',
      `${begin}: the permission iam.serviceAccounts.getAccessToken is missing on that account, or there is no such account. Ask its owner to grant roles/iam.workloadIdentityUser on it to this principal. Nothing was started.`,
    );
  if (status === 400)
    return refusal(
      connection,
      'exchange-refused',
      `${begin} for ${asked.seconds} s: the lifetime is too long for it, or a scope is unknown. Google gives at most 3600 s; check 'credentialLifetime' and 'scopes' of the connection, and the clock of this server. Nothing was started.`,
    );
  return refusal(
    connection,
    'exchange-refused',
    `${begin}: it did not accept the federated token (${status}). Try again; if it lasts, check the pool. Nothing was started.`,
  );
}

function unreachable({ connection }: Impersonation, what: string) {
  return refusal(
    connection,
    'exchange-unreachable',
    `The IAM Credentials API of ${connection} ${what}. Nothing was started. Try again later.`,
  );
}

function noToken({ connection }: Impersonation) {
  return refusal(
    connection,
    'exchange-response-invalid',
    `The IAM Credentials API of ${connection} sent something that is no token. Nothing was started. Check iamCredentialsHost of the connection.`,
  );
}
