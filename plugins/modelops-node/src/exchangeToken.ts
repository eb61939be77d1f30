import { z } from 'zod';
import { parseJson } from './parseJson';
import { PlatformError, type PlatformErrorCode } from './PlatformError';
import { platformFetch } from './platformFetch';
import { Secret } from './Secret';

/** Largest token answer, in bytes. Tokens are a few kB. */
const MAX_TOKEN_ANSWER_BYTES = 64 * 1024;
/** Longest a token endpoint may take, in milliseconds. */
const TOKEN_DEADLINE_MS = 8_000;

/** Longest life believed, in seconds: ten years. More is a mistake, and would overflow a `Date`. */
const LONGEST_LIFE_SECONDS = 10 * 365 * 86_400;

/** RFC 6749 §5.1; `expires_in` is accepted as text because some endpoints send it so. */
const tokenAnswerSchema = z.object({
  // RFC 6750 §2.1. A line break in it would end up in the message of the error that fetch throws.
  access_token: z.string().regex(/^[A-Za-z0-9._~+/-]+=*$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^[0-9]{1,12}$/)
        .transform(Number),
    ])
    .pipe(z.number().positive().max(LONGEST_LIFE_SECONDS)),
});

/** RFC 6749 §5.2, and the two other spellings Databricks uses. */
const tokenErrorSchema = z.object({
  error: z.string().optional(),
  error_code: z.union([z.string(), z.number()]).optional(),
  errorCode: z.union([z.string(), z.number()]).optional(),
  error_description: z.string().optional().catch(undefined),
});

/** Longest `error_description` looked at, in characters. */
const MAX_DESCRIPTION = 2_000;

/** What a token endpoint said when it refused. @public */
export interface TokenRefusal {
  /** OAuth error code, if it is one of the registered kind. */
  code?: string;
  /** The endpoint's own words, to recognise a cause by. They may hold anything, tokens included: never pass them on. */
  description: string;
}

/** One request to a token endpoint. @public */
export interface TokenRequest {
  /** Connection (or `identity.workload`) the token is for, for messages. */
  connection: string;
  /** Token endpoint, an absolute address from app-config or from discovery. */
  tokenEndpoint: string;
  /** Form fields; they hold tokens, so they are never logged. */
  form: Record<string, string>;
  /** Client authentication by HTTP Basic (RFC 6749 §2.3.1). Left out, none is sent. */
  basic?: { clientId: string; clientSecret: Secret };
  /** What to do about a refusal, by OAuth error code or by what was said; a general sentence for the others. */
  advice?:
    | ReadonlyMap<string, string>
    | ((refusal: TokenRefusal) => string | undefined);
  clock: () => Date;
  signal: AbortSignal;
}

/** A token and its end of life. @public */
export interface IssuedToken {
  token: Secret;
  expiresAt: Date;
}

/**
 * Asks a token endpoint (RFC 6749, RFC 8693). Throws PlatformError: `exchange-refused` when it answered no,
 * `exchange-unreachable` when it did not answer or failed, `exchange-response-invalid` when it sent no token.
 * The endpoint's own words are not passed on, only its error code if it is one of the registered kind.
 * @public
 */
export async function requestToken(
  request: TokenRequest,
): Promise<IssuedToken> {
  const endpoint = new URL(request.tokenEndpoint);
  const asked = request.clock();
  const response = await platformFetch({
    connection: request.connection,
    host: endpoint.origin,
    path: endpoint.pathname + endpoint.search,
    method: 'POST',
    body: { form: new URLSearchParams(request.form) },
    headers: request.basic
      ? { Authorization: basicAuthorization(request.basic) }
      : {},
    repeat: 'read', // a token request changes nothing, so it may be repeated
    signal: request.signal,
    deadlineMs: TOKEN_DEADLINE_MS,
    maxBytes: MAX_TOKEN_ANSWER_BYTES,
  }).catch(error => {
    if (!(error instanceof PlatformError)) throw error;
    if (error.code !== 'platform-unreachable') throw invalidAnswer(request);
    throw failure(request, 'exchange-unreachable', 'did not answer');
  });
  if (response.status >= 500 || response.status === 429) {
    throw failure(
      request,
      'exchange-unreachable',
      `answered ${response.status}`,
    );
  }
  const body = parseJson(response.text);
  if (response.status >= 400) {
    const refusal = refusalIn(body);
    throw failure(
      request,
      'exchange-refused',
      `refused the token (${refusal.code ?? response.status})`,
      adviceFor(request, refusal),
    );
  }
  const answer = tokenAnswerSchema.safeParse(body);
  if (!answer.success) throw invalidAnswer(request);
  return {
    token: new Secret(answer.data.access_token),
    // Counted from before the request, so that the token never seems to live longer than it does.
    expiresAt: new Date(asked.getTime() + answer.data.expires_in * 1000),
  };
}

function basicAuthorization(basic: {
  clientId: string;
  clientSecret: Secret;
}): string {
  const pair = `${encodeURIComponent(basic.clientId)}:${encodeURIComponent(
    basic.clientSecret.reveal(),
  )}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function invalidAnswer(request: TokenRequest) {
  return failure(
    request,
    'exchange-response-invalid',
    'sent something that is no token',
  );
}

const ADVICE = {
  'exchange-refused':
    'Check issuer, audience and subject of the token against what the platform trusts.',
  'exchange-unreachable': 'Try again later.',
  'exchange-response-invalid': 'Check the host of the connection.',
} satisfies Partial<Record<PlatformErrorCode, string>>;

function failure(
  request: TokenRequest,
  code: keyof typeof ADVICE,
  what: string,
  advice: string = ADVICE[code],
) {
  return new PlatformError(
    request.connection,
    code,
    `The token endpoint of ${request.connection} ${what}. Nothing was started. ${advice}`,
    { refused: true },
  );
}

function adviceFor({ advice }: TokenRequest, refusal: TokenRefusal) {
  return typeof advice === 'function'
    ? advice(refusal)
    : advice?.get(refusal.code ?? '');
}

/** The error code, only if it looks like one: an answer could carry anything, tokens included. */
function refusalIn(body: unknown): TokenRefusal {
  const parsed = tokenErrorSchema.safeParse(body);
  if (!parsed.success) return { description: '' };
  const { error, error_code, errorCode, error_description } = parsed.data;
  const code = String(error ?? error_code ?? errorCode ?? '');
  return {
    code: /^([a-z_]{1,40}|[A-Z_]{1,40}|[0-9]{3})$/.test(code)
      ? code
      : undefined,
    description: (error_description ?? '').slice(0, MAX_DESCRIPTION),
  };
}
