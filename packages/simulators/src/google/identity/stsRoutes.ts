import type { Express, Request } from 'express';
import type { FederationProvider } from '../../handles/googleTypes';
import type { RequestLog } from '../../server/requestLog';
import { sendJson } from '../apiRoute';
import type { GoogleCloud } from '../GoogleCloud';
import { isWorkforce, mapAttributes } from './mapAttributes';
import { StsError } from './StsError';
import { verifySubjectToken } from './verifySubjectToken';

const OAUTH = 'urn:ietf:params:oauth';
const EXCHANGE_GRANT = `${OAUTH}:grant-type:token-exchange`;
const ACCESS_TOKEN = `${OAUTH}:token-type:access_token`;
const SUBJECT_TYPES = ['id_token', 'jwt'].map(
  type => `${OAUTH}:token-type:${type}`,
);

/** JSON names of the form's fields. Source: STS v1 discovery document. */
const FIELDS = {
  grant_type: 'grantType',
  audience: 'audience',
  scope: 'scope',
  requested_token_type: 'requestedTokenType',
  subject_token: 'subjectToken',
  subject_token_type: 'subjectTokenType',
  options: 'options',
} as const;
type Field = keyof typeof FIELDS;
type Fields = Partial<Record<Field, string>>;

const ID = '[a-z][a-z0-9-]{2,62}';
const AUDIENCE = new RegExp(
  `^//iam\\.googleapis\\.com/((?:locations/global/workforcePools/${ID}|projects/\\d+/locations/global/workloadIdentityPools/${ID})/providers/${ID})$`,
);

/** Longest `userProject`, in characters. Source: reference, google section 1. */
const MAX_USER_PROJECT = 32;

/** The Security Token Service. Source: reference, google section 1. */
export function stsRoutes(
  app: Express,
  running: () => GoogleCloud,
  log: RequestLog,
): void {
  app.post('/v1/token', async (req, res) => {
    res.setHeader('cache-control', 'no-store');
    try {
      const answer = await exchange(req, running(), name =>
        log.setPrincipal(req, name),
      );
      sendJson(res, 200, answer);
    } catch (error) {
      const refusal =
        error instanceof StsError
          ? error
          : new StsError('server_error', `Simulator bug: ${error}`, 500);
      sendJson(res, refusal.status, refusal.body());
    }
  });
}

async function exchange(
  req: Request,
  cloud: GoogleCloud,
  onPrincipal: (name: string) => void,
): Promise<Record<string, unknown>> {
  // The service takes the header for the credential of an OAuth client, and no client has one here.
  if (req.headers.authorization !== undefined)
    throw new StsError(
      'invalid_client',
      'The OAuth client was not found.',
      401,
    );
  const fields = readFields(req);
  if (required(fields, 'grant_type') !== EXCHANGE_GRANT)
    throw new StsError(
      'unsupported_grant_type',
      `Invalid grant_type; it must be ${EXCHANGE_GRANT}.`,
    );
  requireOneOf(fields, 'requested_token_type', [ACCESS_TOKEN]);
  requireOneOf(fields, 'subject_token_type', SUBJECT_TYPES);
  const scopes = required(fields, 'scope').split(' ').filter(Boolean);
  if (
    !scopes.every(scope => scope.startsWith('https://www.googleapis.com/auth/'))
  )
    throw new StsError('invalid_scope', 'Some requested scopes were invalid.');

  const provider = findProvider(required(fields, 'audience'), cloud);
  const userProject = readUserProject(fields, provider);
  const claims = await verifySubjectToken(
    required(fields, 'subject_token'),
    provider,
    new Date(cloud.now()),
  );
  const principal = mapAttributes(claims, provider);
  if (cloud.sessions.isRevoked(principal.name))
    throw new StsError('invalid_grant', 'The given credential is revoked.');
  onPrincipal(principal.name);
  const seconds = cloud.behaviour.tokenSeconds ?? provider.sessionSeconds;
  return {
    access_token: cloud.sessions.issue({
      principal,
      scopes,
      expiresAt: cloud.now() + seconds * 1000,
      userProject,
    }),
    issued_token_type: ACCESS_TOKEN,
    token_type: 'Bearer',
    expires_in: seconds,
  };
}

function findProvider(
  audience: string,
  cloud: GoogleCloud,
): FederationProvider {
  const name = AUDIENCE.exec(audience)?.[1];
  if (name === undefined)
    throw new StsError(
      'invalid_request',
      'Invalid value for "audience". This value should be the full resource name of the Identity Provider. See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.',
    );
  const provider = cloud.providers.find(known => known.name === name);
  if (!provider || provider.disabled)
    throw new StsError(
      'invalid_target',
      'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
    );
  return provider;
}

/** A workforce pool belongs to no project, so its callers say which one their calls count on; others must not. */
function readUserProject(
  fields: Fields,
  provider: FederationProvider,
): string | undefined {
  const { userProject } = readOptions(fields.options);
  if (userProject === undefined) {
    if (isWorkforce(provider))
      throw new StsError(
        'invalid_request',
        'The option "userProject" is required for an audience that is a workforce pool.',
      );
    return undefined;
  }
  if (!isWorkforce(provider))
    throw new StsError(
      'invalid_request',
      'The option "userProject" is only allowed for an audience that is a workforce pool.',
    );
  if (
    typeof userProject !== 'string' ||
    userProject === '' ||
    userProject.length > MAX_USER_PROJECT
  )
    throw new StsError('invalid_request', 'Invalid value for "userProject".');
  return userProject;
}

function readOptions(options = '{}'): Record<string, unknown> {
  try {
    const read = JSON.parse(options);
    if (
      typeof read === 'object' &&
      read !== null &&
      Object.keys(read).every(name => name === 'userProject')
    )
      return read;
  } catch {
    // Refused below, as is an option that nobody knows.
  }
  throw new StsError('invalid_request', 'Invalid value for "options".');
}

function readFields(req: Request): Fields {
  const fields: Fields = {};
  const take = (name: string, names: string[], value: unknown) => {
    const at = names.indexOf(name);
    if (at < 0 || typeof value !== 'string')
      throw new StsError('invalid_request', `Invalid field "${name}".`);
    const field = (Object.keys(FIELDS) as Field[])[at];
    if (fields[field] !== undefined)
      throw new StsError('invalid_request', `"${name}" is given twice.`);
    fields[field] = value;
  };
  if (req.is('application/json')) {
    for (const [name, value] of Object.entries(readJson(req)))
      take(name, Object.values(FIELDS), value);
  } else if (req.is('application/x-www-form-urlencoded')) {
    for (const [name, value] of new URLSearchParams(String(req.body)))
      take(name, Object.keys(FIELDS), value);
  } else {
    throw new StsError('invalid_request', 'Unsupported content type.');
  }
  return fields;
}

function readJson(req: Request): object {
  try {
    const body = JSON.parse(String(req.body));
    if (typeof body === 'object' && body !== null) return body;
  } catch {
    // Refused below.
  }
  throw new StsError('invalid_request', 'The body is not a JSON object.');
}

function required(fields: Fields, field: Field): string {
  const value = fields[field];
  if (!value)
    throw new StsError('invalid_request', `Missing required field "${field}".`);
  return value;
}

function requireOneOf(fields: Fields, field: Field, allowed: string[]): void {
  if (!allowed.includes(required(fields, field)))
    throw new StsError('invalid_request', `Invalid value for "${field}".`);
}
