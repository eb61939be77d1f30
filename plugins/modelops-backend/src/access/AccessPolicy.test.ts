import type { PermissionsService } from '@backstage/backend-plugin-api';
import { mockCredentials } from '@backstage/backend-test-utils';
import { accessSchema } from 'backstage-plugin-modelops-common';
import { Secret } from 'backstage-plugin-modelops-node';
import type { Caller } from '../identity/Caller';
import { AccessPolicy, type AccessQuestion } from './AccessPolicy';
import { createRoleMapping } from './roleMapping';
import { RolesInEffect } from './RolesInEffect';

const mapping = createRoleMapping([
  {
    name: 'fraud',
    members: [{ group: 'group:default/fraud' }],
    allow: [
      {
        actions: ['read', 'train'],
        resources: ['desk:job/1'],
        environments: ['production'],
        ownedByMember: true,
        parameters: { epochs: { maximum: 20 } },
        limits: {},
      },
      {
        actions: ['deploy'],
        resources: ['desk:model/m'],
        ownedByMember: false,
        parameters: {},
        limits: {},
        as: { servicePrincipal: 'sp-1', through: 'workload' },
      },
    ],
  },
  {
    name: 'auditors',
    members: [{ claims: { groups: 'auditors' } }],
    allow: [
      {
        actions: ['audit'],
        resources: [],
        ownedByMember: false,
        parameters: {},
        limits: {},
      },
    ],
  },
]);

const roles = new RolesInEffect(mapping, new Date(0), []);

function callerWith(changes: Partial<Caller> = {}): Caller {
  return {
    credentials: mockCredentials.user('user:default/ada'),
    userEntityRef: 'user:default/Ada',
    groups: ['group:default/Fraud'],
    requestId: 'request-1',
    ...changes,
  };
}

const TRAIN: AccessQuestion = {
  action: 'train',
  entityRef: 'component:default/fraud',
  connection: 'desk',
  environment: 'production',
  resource: 'job/1',
  entity: { owners: ['group:default/fraud'], trusted: true },
};

/** A permission framework that gives these answers by permission name, and keeps what it was asked. */
function permissionsThat(answers: Record<string, string>) {
  const asked: Array<Array<{ permission: string; resourceRef?: string }>> = [];
  const permissions = {
    async authorize(requests: any[]) {
      asked.push(
        requests.map(({ permission, resourceRef }) => ({
          permission: permission.name,
          ...(resourceRef && { resourceRef }),
        })),
      );
      return requests.map(({ permission }) => ({
        result: answers[permission.name] ?? 'ALLOW',
      }));
    },
  } as unknown as PermissionsService;
  return { asked, permissions };
}

describe('AccessPolicy.decide', () => {
  it.each([
    ['both allow', 'ALLOW', {}, 'fraud#0'],
    ['the framework denies', 'DENY', {}, 'permission-denied'],
    ['the framework has a condition', 'CONDITIONAL', {}, 'permission-denied'],
    ['the framework says something else', 'allow', {}, 'permission-denied'],
    ['no role allows', 'ALLOW', { resource: 'job/2' }, 'role-missing'],
    ['both deny', 'DENY', { resource: 'job/2' }, 'permission-denied'],
    [
      'there is no entity to ask about',
      'ALLOW',
      { entityRef: undefined },
      'permission-denied',
    ],
    [
      'the entity is of untrusted origin',
      'ALLOW',
      { entity: { owners: ['group:default/fraud'], trusted: false } },
      'origin-untrusted',
    ],
  ])('%s', async (_rule, answer, changes, expected) => {
    const { permissions } = permissionsThat({ 'modelops.model.train': answer });
    const policy = new AccessPolicy({ permissions, roles });
    const decision = await policy.decide(callerWith(), {
      ...TRAIN,
      ...changes,
    });
    expect(decision.allowed ? decision.rule : decision.code).toBe(expected);
    expect(decision.mappingHash).toBe(mapping.hash);
  });

  it('names the permission that is missing', async () => {
    const { permissions } = permissionsThat({ 'modelops.model.train': 'DENY' });
    const policy = new AccessPolicy({ permissions, roles });
    expect(await policy.decide(callerWith(), TRAIN)).toMatchObject({
      message: expect.stringContaining('modelops.model.train'),
    });
  });

  it('is 503 with a code of ours when the framework fails, whatever its own status', async () => {
    const failing = {
      async authorize() {
        throw Object.assign(new Error('upstream says who knows what'), {
          statusCode: 401,
        });
      },
    } as unknown as PermissionsService;
    const policy = new AccessPolicy({ permissions: failing, roles });
    const error = await policy.decide(callerWith(), TRAIN).catch(e => e);
    expect({ ...error }).toEqual({
      name: 'ServiceUnavailableError',
      code: 'internal',
      cause: undefined,
    });
    expect(error.message).not.toContain('upstream');
  });
});

describe('AccessPolicy.decideMany', () => {
  it('asks once, each thing once, and answers in the order of the questions', async () => {
    const { permissions, asked } = permissionsThat({
      'modelops.audit.read': 'DENY',
    });
    const policy = new AccessPolicy({ permissions, roles });
    const decisions = await policy.decideMany(callerWith(), [
      { ...TRAIN, resource: 'job/2' },
      { action: 'audit' },
      TRAIN,
      { ...TRAIN, entityRef: undefined },
    ]);
    expect(decisions.map(one => (one.allowed ? one.rule : one.code))).toEqual([
      'role-missing',
      'permission-denied',
      'fraud#0',
      'permission-denied',
    ]);
    expect(asked).toEqual([
      [
        {
          permission: 'modelops.model.train',
          resourceRef: 'component:default/fraud',
        },
        { permission: 'modelops.audit.read' },
      ],
    ]);
  });

  it('asks nobody about nothing', async () => {
    const { permissions, asked } = permissionsThat({});
    const policy = new AccessPolicy({ permissions, roles });
    expect(await policy.decideMany(callerWith(), [])).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe('AccessPolicy.access', () => {
  const identity = {
    token: new Secret('x'),
    issuer: 'https://idp.acme.com',
    subject: 'ada',
    claims: { groups: ['auditors'] },
    expiresAt: new Date(),
    groupsOverage: false,
  };

  it('tells the roles of the caller, as GET /access answers', async () => {
    const { permissions } = permissionsThat({});
    const policy = new AccessPolicy({ permissions, roles });
    const access = await policy.access(callerWith());
    expect(accessSchema.parse(access)).toEqual({
      userEntityRef: 'user:default/Ada',
      groups: ['group:default/Fraud'],
      identified: false,
      audit: false,
      administer: false,
      roles: [
        {
          name: 'fraud',
          rules: [
            {
              rule: 'fraud#0',
              actions: ['read', 'train'],
              resources: ['desk:job/1'],
              environments: ['production'],
              ownedByMember: true,
              guardrails: ['epochs: at most 20'],
            },
            {
              rule: 'fraud#1',
              actions: ['deploy'],
              resources: ['desk:model/m'],
              ownedByMember: false,
              guardrails: [],
              as: 'sp-1 (through the portal; the platform does not see you)',
            },
          ],
        },
      ],
      mappingHash: mapping.hash,
    });
  });

  it.each([
    ['the claim and the permission', 'ALLOW', identity, true],
    ['the claim alone', 'DENY', identity, false],
    ['the permission alone', 'ALLOW', undefined, false],
  ])('audit takes both gates: %s', async (_rule, answer, who, audit) => {
    const { permissions } = permissionsThat({ 'modelops.audit.read': answer });
    const policy = new AccessPolicy({ permissions, roles });
    expect(await policy.access(callerWith({ identity: who }))).toMatchObject({
      audit,
      identified: who !== undefined,
    });
  });
});
