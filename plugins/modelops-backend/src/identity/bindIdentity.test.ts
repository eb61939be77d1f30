import type { Entity } from '@backstage/catalog-model';
import { mockServices } from '@backstage/backend-test-utils';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { Secret } from 'backstage-plugin-modelops-node';
import { bindIdentity } from './bindIdentity';
import type { VerifiedIdentity } from './Caller';
import { Recent } from '../Recent';
import type { BindBy } from './IdentityConfig';

function user(
  name: string,
  options: { email?: unknown; oid?: string; namespace?: string } = {},
): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: {
      name,
      namespace: options.namespace ?? 'default',
      ...(options.oid && {
        annotations: { 'graph.microsoft.com/user-id': options.oid },
      }),
    },
    spec: {
      ...(options.email !== undefined && {
        profile: { email: options.email as string },
      }),
    },
  };
}

function identityWith(claims: Record<string, unknown>): VerifiedIdentity {
  return {
    token: new Secret('token'),
    issuer: 'https://idp.acme.com',
    subject: 'idp|ada',
    claims,
    expiresAt: new Date(),
    groupsOverage: false,
  };
}

/** `bound`, or the code of the refusal. */
async function verdict(options: {
  bindBy: BindBy;
  claims: Record<string, unknown>;
  users: Entity[];
  allowedDomains?: string[];
  caller?: string;
}): Promise<string> {
  try {
    await bindIdentity(
      identityWith(options.claims),
      options.caller ?? 'user:default/ada',
      {
        catalog: catalogServiceMock({ entities: options.users }),
        auth: mockServices.auth(),
        recent: new Recent({ freshMs: 0, most: 1 }),
        config: {
          bindBy: options.bindBy,
          allowedDomains: options.allowedDomains ?? [],
        },
      },
    );
    return 'bound';
  } catch (error) {
    expect(error).toMatchObject({
      name: 'NotAllowedError',
      signatureVerified: true,
      subject: 'idp|ada',
    });
    for (const claim of Object.values(options.claims)) {
      expect((error as Error).message).not.toContain(claim);
    }
    return (error as { code: string }).code;
  }
}

const ADA = user('ada', { email: 'ada@acme.com', oid: 'f-1' });
const GRACE = user('grace', { email: 'grace@acme.com', oid: 'f-2' });
const USERS = [ADA, GRACE, user('nobody')];

describe('bound by e-mail address', () => {
  const bindBy = 'emailMatchingUserEntityProfileEmail' as const;

  it.each<[string, string, Entity[], string[], string]>([
    ['the address of the user', 'ada@acme.com', USERS, [], 'bound'],
    ['the address in another case', 'Ada@ACME.com', USERS, [], 'bound'],
    [
      'an address in another case in the catalog',
      'ada@acme.com',
      [user('ada', { email: 'Ada@Acme.com' })],
      [],
      'bound',
    ],
    [
      'an address nobody has',
      'alan@acme.com',
      USERS,
      [],
      'identity-user-unknown',
    ],
    [
      'an address with a suffix',
      'ada+x@acme.com',
      USERS,
      [],
      'identity-user-unknown',
    ],
    [
      'the address of another user',
      'grace@acme.com',
      USERS,
      [],
      'identity-user-mismatch',
    ],
    [
      'an address that two users have',
      'ada@acme.com',
      [...USERS, user('ada2', { email: 'ada@acme.com' })],
      [],
      'identity-user-ambiguous',
    ],
    [
      'an address that only a group has',
      'ada@acme.com',
      [{ ...ADA, kind: 'Group' }],
      [],
      'identity-user-unknown',
    ],
    [
      'a user of that name elsewhere',
      'ada@acme.com',
      [user('ada', { email: 'ada@acme.com', namespace: 'other' })],
      [],
      'identity-user-mismatch',
    ],
    [
      'an allowed domain',
      'ada@acme.com',
      USERS,
      ['acme.org', 'acme.com'],
      'bound',
    ],
    ['another domain', 'ada@acme.com', USERS, ['acme.org'], 'identity-domain'],
    [
      'a domain below an allowed one',
      'ada@x.acme.com',
      USERS,
      ['acme.com'],
      'identity-domain',
    ],
    ['an empty catalog', 'ada@acme.com', [], [], 'identity-user-unknown'],
  ])('%s', async (_rule, email, users, allowedDomains, expected) => {
    expect(
      await verdict({ bindBy, claims: { email }, users, allowedDomains }),
    ).toBe(expected);
  });
});

it('does not take a letter that only becomes the same in lower case', async () => {
  expect('\u212A'.toLowerCase()).toBe('k');
  expect(
    await verdict({
      bindBy: 'emailMatchingUserEntityProfileEmail',
      claims: { email: '\u212Aatherine@acme.com' },
      users: [user('katherine', { email: 'katherine@acme.com' })],
      caller: 'user:default/katherine',
    }),
  ).toBe('identity-user-unknown');
});

describe('bound by the local part of the address', () => {
  const bindBy = 'emailLocalPartMatchingUserEntityName' as const;

  it.each<[string, string, Entity[], string]>([
    ['the name of the user', 'ada@acme.com', USERS, 'bound'],
    ['the name in another case', 'ADA@Acme.com', USERS, 'bound'],
    [
      'the name of another user',
      'grace@acme.com',
      USERS,
      'identity-user-mismatch',
    ],
    ['a name nobody has', 'alan@acme.com', USERS, 'identity-user-unknown'],
    ['another domain', 'ada@evil.com', USERS, 'identity-domain'],
    [
      'a second domain in the address',
      'ada@evil.com@acme.com',
      USERS,
      'identity-user-unknown',
    ],
    ['no domain', 'ada', USERS, 'identity-domain'],
    ['no name', '@acme.com', USERS, 'identity-user-unknown'],
    ['a name that is a pattern', '*@acme.com', USERS, 'identity-user-unknown'],
    [
      'a user of that name in another namespace',
      'ada@acme.com',
      [user('ada', { namespace: 'other' })],
      'identity-user-unknown',
    ],
  ])('%s', async (_rule, email, users, expected) => {
    expect(
      await verdict({
        bindBy,
        claims: { email },
        users,
        allowedDomains: ['acme.com'],
      }),
    ).toBe(expected);
  });
});

describe('bound by object id', () => {
  const bindBy = 'oidMatchingUserEntityAnnotation' as const;

  it.each<[string, string, Entity[], string]>([
    ['the id of the user', 'f-1', USERS, 'bound'],
    ['the id of another user', 'f-2', USERS, 'identity-user-mismatch'],
    ['an id nobody has', 'f-3', USERS, 'identity-user-unknown'],
    [
      'an id two users have',
      'f-1',
      [...USERS, user('eve', { oid: 'f-1' })],
      'identity-user-ambiguous',
    ],
  ])('%s', async (_rule, oid, users, expected) => {
    expect(await verdict({ bindBy, claims: { oid }, users })).toBe(expected);
  });
});

it('is 503 with a code of ours when the catalog fails, whatever its own status', async () => {
  const catalog = {
    async getEntities() {
      throw Object.assign(new Error('upstream says who knows what'), {
        statusCode: 401,
      });
    },
  } as unknown as CatalogService;
  const error = await bindIdentity(
    identityWith({ email: 'ada@acme.com' }),
    'user:default/ada',
    {
      catalog,
      auth: mockServices.auth(),
      recent: new Recent({ freshMs: 0, most: 1 }),
      config: {
        bindBy: 'emailMatchingUserEntityProfileEmail',
        allowedDomains: [],
      },
    },
  ).catch(e => e);
  expect({ ...error }).toEqual({
    name: 'ServiceUnavailableError',
    code: 'internal',
    cause: undefined,
  });
  expect(error.message).not.toContain('upstream');
});
