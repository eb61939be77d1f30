import type { AuthService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { UnavailableError } from '../errors';
import type { Recent } from '../Recent';
import type { VerifiedIdentity } from './Caller';
import type { IdentityConfig } from './IdentityConfig';
import { IdentityError, type IdentityErrorCode } from './IdentityError';

/** Annotation that Backstage's Microsoft Graph provider puts on a User. */
const ENTRA_ID = 'graph.microsoft.com/user-id';
/** `metadata.name` of an entity. Source: @backstage/catalog-model, CommonValidatorFunctions.isValidObjectName. */
const ENTITY_NAME = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/;

/**
 * Makes sure that the person of the token is the signed-in user: exactly one User of the catalog matches, and it is the
 * caller. Throws IdentityError.
 */
export async function bindIdentity(
  identity: VerifiedIdentity,
  userEntityRef: string,
  options: {
    catalog: CatalogService;
    auth: AuthService;
    /** What the catalog answered just now. */
    recent: Recent<Entity[]>;
    config: Pick<IdentityConfig, 'bindBy' | 'allowedDomains'>;
  },
): Promise<void> {
  const { subject } = identity;
  const refused = (code: IdentityErrorCode, message: string) =>
    new IdentityError(code, message, { subject });
  checkDomain(identity, options.config.allowedDomains, refused);
  const wanted = wantedUser(identity, options.config);
  const users = wanted
    ? await options.recent.get(JSON.stringify(wanted.filter), () =>
        findUsers(wanted, options),
      )
    : [];

  if (users.length === 0) {
    throw refused(
      'identity-user-unknown',
      `No User of the catalog has the ${
        wanted?.what ?? 'name'
      } that the ID token names. Add it to the catalog.`,
    );
  }
  if (users.length > 1) {
    throw refused(
      'identity-user-ambiguous',
      `Several Users of the catalog have the ${wanted?.what} that the ID token names. Make them unique.`,
    );
  }
  if (
    stringifyEntityRef(users[0]).toLocaleLowerCase('en-US') !==
    userEntityRef.toLocaleLowerCase('en-US')
  ) {
    throw refused(
      'identity-user-mismatch',
      'The ID token belongs to somebody else than the signed-in user. Sign out, and sign in again with one account.',
    );
  }
}

interface WantedUser {
  what: string;
  filter: Record<string, string>;
  /** Checked again on what the catalog answers: its search ignores case and cuts long values. */
  matches(user: Entity): boolean;
}

function checkDomain(
  identity: VerifiedIdentity,
  allowedDomains: readonly string[],
  refused: (code: IdentityErrorCode, message: string) => IdentityError,
) {
  if (allowedDomains.length === 0) return;
  const domain = emailOf(identity).split('@').pop() ?? '';
  if (!allowedDomains.includes(domain)) {
    throw refused(
      'identity-domain',
      'The e-mail domain of the ID token is not in modelops.identity.allowedDomains',
    );
  }
}

function wantedUser(
  identity: VerifiedIdentity,
  config: Pick<IdentityConfig, 'bindBy'>,
): WantedUser | undefined {
  if (config.bindBy === 'oidMatchingUserEntityAnnotation') {
    const oid = String(identity.claims.oid);
    return {
      what: `annotation ${ENTRA_ID}`,
      filter: { [`metadata.annotations.${ENTRA_ID}`]: oid },
      matches: user =>
        isSame(user.metadata.annotations?.[ENTRA_ID], asciiLowerCase(oid)),
    };
  }
  const email = emailOf(identity);
  if (config.bindBy === 'emailMatchingUserEntityProfileEmail') {
    return {
      what: 'e-mail address',
      filter: { 'spec.profile.email': email },
      matches: user =>
        isSame((user.spec?.profile as { email?: unknown })?.email, email),
    };
  }
  const name = email.slice(0, email.lastIndexOf('@'));
  if (!ENTITY_NAME.test(name)) return undefined;
  return {
    what: 'name',
    // As Backstage's resolver: the name alone means the default namespace.
    filter: { 'metadata.name': name, 'metadata.namespace': 'default' },
    matches: user => isSame(user.metadata.name, name),
  };
}

async function findUsers(
  wanted: WantedUser,
  options: { catalog: CatalogService; auth: AuthService },
): Promise<Entity[]> {
  const credentials = await options.auth.getOwnServiceCredentials();
  // As ourselves: whether a user may see other Users must not decide whom a token belongs to.
  const { items } = await options.catalog
    .getEntities(
      { filter: { kind: 'User', ...wanted.filter } },
      { credentials },
    )
    .catch(() => {
      throw new UnavailableError(
        'internal',
        'The catalog did not answer, so the ID token could not be tied to a User. Try again later.',
      );
    });
  return items.filter(wanted.matches);
}

function emailOf(identity: VerifiedIdentity): string {
  return asciiLowerCase(String(identity.claims.email));
}

function isSame(value: unknown, lowerCase: string): boolean {
  return typeof value === 'string' && asciiLowerCase(value) === lowerCase;
}

/** A to Z only: in all of Unicode the Kelvin sign becomes a `k` too, and somebody else's address would be this one. */
function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, letter => letter.toLowerCase());
}
