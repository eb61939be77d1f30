import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { JsonObject, JsonValue } from '@backstage/types';

/** Stands for a secret; must never be seen in a message. */
export const SAMPLE_SECRET = 'not-to-be-printed-7f3a';

/** Made anew each time: a key in a file looks like one that was leaked. */
const sampleKey = generateKeyPairSync('ed25519').privateKey;

/** A configuration with every key of modelops. The samples are this one with something changed. */
export const completeConfig: JsonObject = {
  permission: { enabled: true },
  modelops: {
    trustedLocations: ['url:https://git.acme.com/ml/blob/main/', 'modelops:'],
    identity: {
      authProvider: 'oidc',
      issuer: 'https://acme.okta.com',
      audience: ['portal', 'portal-preview'],
      bindBy: 'emailMatchingUserEntityProfileEmail',
      allowedDomains: ['acme.com', 'Acme.org'],
      clockTolerance: { seconds: 10 },
      insecure: false,
      workload: {
        clientId: 'reader',
        clientSecret: SAMPLE_SECRET,
        scope: 'all',
        resource: 'urn:acme:desk',
        audience: 'https://desk.acme.com',
      },
    },
    connections: {
      'desk-prod': {
        platform: 'sample-desk',
        host: 'https://desk.acme.com/',
        region: 'eu',
        environment: 'production',
        insecure: false,
        logs: false,
        reads: 'reader',
        acceptLongLived: true,
        user: {
          exchange: 'sample-federation',
          scopes: ['jobs'],
          nameClaim: 'upn',
        },
        reader: {
          exchange: 'sample-federation',
          scopes: ['jobs-read'],
          servicePrincipal: 'sp-reader',
        },
      },
      'desk-local': {
        platform: 'sample-desk',
        host: 'https://desk.acme.dev',
        environment: 'playground',
        user: { exchange: 'sample-personal' },
        reader: {
          exchange: 'sample-federation',
          servicePrincipal: 'sp-reader',
        },
      },
    },
    roles: [
      {
        name: 'fraud-engineer',
        members: [
          { group: 'group:default/fraud', user: 'user:default/Ada' },
          { claims: { groups: 'ml-engineers', country: 'se' } },
        ],
        allow: [
          {
            actions: ['read', 'train', 'predict', 'cancel'],
            resources: ['desk-prod:job/8123', 'desk-prod:model/main.fraud.*'],
            environments: ['production'],
            ownedByMember: true,
            parameters: {
              epochs: { minimum: 1, maximum: 20 },
              gpu: { enum: ['A100', 'H100'] },
              workers: { enum: [1, 2, 4] },
            },
            limits: { concurrentRuns: 2, predictionsPerMinute: 60 },
          },
          {
            actions: ['deploy'],
            resources: ['desk-prod:model/main.fraud'],
            createEndpoints: true,
            fromEnvironments: ['production'],
            as: { servicePrincipal: 'sp-deployer', through: 'person' },
          },
        ],
      },
      {
        name: 'auditor',
        members: [{ group: 'group:default/security' }],
        allow: [{ actions: ['audit', 'administer'] }],
      },
    ],
    audit: {
      hashKey: SAMPLE_SECRET.padEnd(32, '-'),
      checkpoints: {
        entries: 500,
        interval: { minutes: 5 },
        signingKey: sampleKey.export({ format: 'pem', type: 'pkcs8' }),
        trustedKeys: [
          createPublicKey(sampleKey).export({ format: 'pem', type: 'spki' }),
        ],
        sinks: {
          disk: { file: '/var/lib/modelops/checkpoints.jsonl' },
          siem: {
            url: 'https://siem.acme.com/modelops',
            headers: { Authorization: SAMPLE_SECRET },
            insecure: false,
          },
        },
      },
      retention: { keep: { days: 400 }, archive: '/var/lib/modelops/archive' },
    },
  },
};

/** Changes to `completeConfig` by path; `undefined` takes the key out. */
export type Changes = Record<string, JsonValue | undefined>;

/** `completeConfig` with changes at paths such as `modelops.roles.0.name`. */
export function sampleWith(changes: Changes): JsonObject {
  const config = structuredClone(completeConfig);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() as string;
    let at: any = config;
    for (const key of keys) at = at[key] ??= {};
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return config;
}

const RULE = 'modelops.roles.0.allow.0';
const AS_RULE = 'modelops.roles.0.allow.1';

/** Accepted by the reader and by the schema. */
export const goodSamples: Array<[name: string, changes: Changes]> = [
  ['every key', {}],
  [
    'only what is needed',
    {
      modelops: {
        identity: {
          authProvider: 'okta',
          issuer: 'https://acme.okta.com/',
          audience: 'portal',
          bindBy: 'emailMatchingUserEntityProfileEmail',
        },
      },
    },
  ],
  [
    'plain http on loopback, with insecure',
    {
      'modelops.identity.issuer': 'http://127.0.0.1:8401',
      'modelops.identity.insecure': true,
      'modelops.connections.desk-prod.host': 'http://localhost:8402',
      'modelops.connections.desk-prod.insecure': true,
    },
  ],
  ['a tolerance as text', { 'modelops.identity.clockTolerance': '45s' }],
  [
    'Entra, bound by object id',
    {
      'modelops.identity.bindBy': 'oidMatchingUserEntityAnnotation',
      'modelops.identity.allowedDomains': undefined,
    },
  ],
  [
    'a projected token as workload identity',
    {
      'modelops.identity.workload': {
        tokenFile: '/var/run/secrets/tokens/portal',
      },
    },
  ],
  [
    'the secret of the workload identity in a file',
    {
      'modelops.identity.workload.clientSecret': undefined,
      'modelops.identity.workload.clientSecretFile': '/run/secrets/portal',
    },
  ],
  ['as, through the portal', { [`${AS_RULE}.as.through`]: 'workload' }],
  [
    'resources on any connection',
    { [`${RULE}.resources`]: ['*', 'desk-*:job/1'] },
  ],
];

/** Refused by the reader, with this text in the message, and by the schema. */
export const badShapes: Array<
  [name: string, changes: Changes, problem: string]
> = [
  [
    'a misspelt key of the block',
    { 'modelops.conections': {} },
    "modelops: unknown key 'conections' (did you mean 'connections'?)",
  ],
  [
    'no identity',
    { 'modelops.identity': undefined },
    'modelops.identity: is missing',
  ],
  [
    'a misspelt key of identity',
    { 'modelops.identity.isuer': 'https://acme.okta.com' },
    "modelops.identity: unknown key 'isuer' (did you mean 'issuer'?)",
  ],
  [
    'a key that comes with a later version',
    { 'modelops.identity.tokenExchange': { clientId: 'broker' } },
    "modelops.identity: unknown key 'tokenExchange'",
  ],
  [
    'no issuer',
    { 'modelops.identity.issuer': undefined },
    'modelops.identity.issuer: is missing',
  ],
  [
    'an issuer that is no text',
    { 'modelops.identity.issuer': {} },
    'modelops.identity.issuer: has to be of type string',
  ],
  [
    'an audience that is no text',
    { 'modelops.identity.audience': { id: 'portal' } },
    'modelops.identity.audience: has to be a client id',
  ],
  [
    'a misspelt resolver',
    { 'modelops.identity.bindBy': 'emailMatchingUserEntityProfileMail' },
    "(did you mean 'emailMatchingUserEntityProfileEmail'?)",
  ],
  [
    'a tolerance in unknown units',
    { 'modelops.identity.clockTolerance': { second: 10 } },
    'modelops.identity.clockTolerance: has to be a duration',
  ],
  [
    'a misspelt key of workload',
    { 'modelops.identity.workload.clientsecret': SAMPLE_SECRET },
    "modelops.identity.workload: unknown key 'clientsecret' (did you mean 'clientSecret'?)",
  ],
  [
    'no platform',
    { 'modelops.connections.desk-prod.platform': undefined },
    'modelops.connections.desk-prod.platform: is missing',
  ],
  [
    'a misspelt key of a connection',
    { 'modelops.connections.desk-prod.enviroment': 'production' },
    "modelops.connections.desk-prod: unknown key 'enviroment' (did you mean 'environment'?)",
  ],
  [
    'a misspelt key of the platform',
    { 'modelops.connections.desk-prod.regoin': 'eu' },
    "modelops.connections.desk-prod: unknown key 'regoin' (did you mean 'region'?)",
  ],
  [
    'a misspelt key of the exchanger',
    { 'modelops.connections.desk-prod.user.scope': ['jobs'] },
    "modelops.connections.desk-prod.user: unknown key 'scope' (did you mean 'scopes'?)",
  ],
  [
    'a key for people that only the reader has',
    { 'modelops.connections.desk-prod.user.servicePrincipal': 'sp-reader' },
    "modelops.connections.desk-prod.user: unknown key 'servicePrincipal'",
  ],
  [
    'a misspelt key of the reader',
    { 'modelops.connections.desk-prod.reader.servicePrincipel': 'sp-reader' },
    "modelops.connections.desk-prod.reader: unknown key 'servicePrincipel' (did you mean 'servicePrincipal'?)",
  ],
  [
    'a key for the reader that only people have',
    { 'modelops.connections.desk-prod.reader.nameClaim': 'email' },
    "modelops.connections.desk-prod.reader: unknown key 'nameClaim'",
  ],
  [
    'no way to get credentials for people',
    { 'modelops.connections.desk-prod.user': undefined },
    'modelops.connections.desk-prod.user: is missing; add it with an exchange (installed: sample-federation, sample-personal), because nobody gets a credential',
  ],
  [
    'nothing to follow runs through',
    { 'modelops.connections.desk-prod.reader': undefined },
    'modelops.connections.desk-prod.reader: is missing; add it with an exchange (installed: sample-federation, sample-personal), because runs are followed through it, and without it they stay open for ever; it needs modelops.identity.workload',
  ],
  [
    'no exchange',
    { 'modelops.connections.desk-prod.user.exchange': undefined },
    'modelops.connections.desk-prod.user.exchange: is missing',
  ],
  [
    'a switch that is no boolean',
    { 'modelops.connections.desk-prod.logs': 'perhaps' },
    'modelops.connections.desk-prod.logs: has to be of type boolean',
  ],
  [
    'reads of nobody we know',
    { 'modelops.connections.desk-prod.reads': 'anybody' },
    'modelops.connections.desk-prod.reads: has to be one of person, reader',
  ],
  [
    'roles as a map',
    { 'modelops.roles': { auditor: {} } },
    'modelops.roles: has to be of type array',
  ],
  [
    'a role without a name',
    { 'modelops.roles.1.name': undefined },
    'modelops.roles[1].name: is missing',
  ],
  [
    'a role without members',
    { 'modelops.roles.1.members': undefined },
    'modelops.roles[1].members: is missing',
  ],
  [
    'a misspelt key of a member',
    { 'modelops.roles.1.members.0.gruop': 'group:default/security' },
    "modelops.roles[1].members[0]: unknown key 'gruop' (did you mean 'group'?)",
  ],
  [
    'a misspelt key of a rule',
    { [`${RULE}.ressources`]: ['*'] },
    "modelops.roles[0].allow[0]: unknown key 'ressources' (did you mean 'resources'?)",
  ],
  [
    'a rule without actions',
    { [`${RULE}.actions`]: undefined },
    'modelops.roles[0].allow[0].actions: is missing',
  ],
  [
    'a misspelt action',
    { [`${RULE}.actions`]: ['trian'] },
    "modelops.roles[0].allow[0].actions[0]: has to be one of read, train, deploy, serve, predict, cancel, audit, administer (did you mean 'train'?)",
  ],
  [
    'a misspelt guardrail',
    { [`${RULE}.parameters.epochs`]: { maximum: 20, maximun: 20 } },
    "modelops.roles[0].allow[0].parameters.epochs: unknown key 'maximun' (did you mean 'maximum'?)",
  ],
  [
    'a limit that is no number',
    { [`${RULE}.limits.concurrentRuns`]: 'many' },
    'modelops.roles[0].allow[0].limits.concurrentRuns: has to be of type number',
  ],
  [
    'as without a principal',
    { [`${AS_RULE}.as`]: { through: 'workload' } },
    'modelops.roles[0].allow[1].as.servicePrincipal: is missing',
  ],
  [
    'a misspelt way to the principal',
    { [`${AS_RULE}.as.through`]: 'workloads' },
    "modelops.roles[0].allow[1].as.through: has to be one of person, workload (did you mean 'workload'?)",
  ],
  [
    'a misspelt key of audit',
    { 'modelops.audit.hashkey': SAMPLE_SECRET },
    "modelops.audit: unknown key 'hashkey' (did you mean 'hashKey'?)",
  ],
  [
    'a misspelt key of checkpoints',
    { 'modelops.audit.checkpoints.signingkey': SAMPLE_SECRET },
    "modelops.audit.checkpoints: unknown key 'signingkey' (did you mean 'signingKey'?)",
  ],
  [
    'a misspelt key of a sink',
    { 'modelops.audit.checkpoints.sinks.disk.flie': '/var/x' },
    "modelops.audit.checkpoints.sinks.disk: unknown key 'flie' (did you mean 'file'?)",
  ],
  [
    'retention without an archive',
    { 'modelops.audit.retention': { keep: { days: 400 } } },
    'modelops.audit.retention.archive: is missing',
  ],
];

/** Refused by the reader, with this text in the message; the schema cannot tell. */
export const badMeanings: Array<
  [name: string, changes: Changes, problem: string]
> = [
  [
    'a trusted location without a type',
    { 'modelops.trustedLocations': ['https//git.acme.com'] },
    'modelops.trustedLocations[0]: has to begin with the type',
  ],
  [
    'a trusted location that is every host',
    { 'modelops.trustedLocations': ['url:https://'] },
    'modelops.trustedLocations[0]: has to name a host',
  ],
  [
    'an issuer on plain http',
    { 'modelops.identity.issuer': 'http://idp.acme.com' },
    'modelops.identity.issuer: must begin with https://; plain http is for loopback addresses only',
  ],
  [
    'a loopback issuer without insecure',
    { 'modelops.identity.issuer': 'http://127.0.0.1:8401' },
    'modelops.identity.issuer: is plain http; set insecure: true',
  ],
  [
    'an empty list of audiences',
    { 'modelops.identity.audience': [] },
    'modelops.identity.audience: must not be empty',
  ],
  [
    'an auth provider that is no id',
    { 'modelops.identity.authProvider': 'my provider' },
    'modelops.identity.authProvider: has to be the id',
  ],
  [
    'a local part of any domain',
    {
      'modelops.identity.bindBy': 'emailLocalPartMatchingUserEntityName',
      'modelops.identity.allowedDomains': undefined,
    },
    'modelops.identity.allowedDomains: is missing',
  ],
  [
    'domains where no e-mail address is used',
    { 'modelops.identity.bindBy': 'oidMatchingUserEntityAnnotation' },
    'modelops.identity.allowedDomains: has no effect',
  ],
  [
    'a domain that is none',
    { 'modelops.identity.allowedDomains': ['@acme.com'] },
    'modelops.identity.allowedDomains[0]: has to be a domain',
  ],
  [
    'a tolerance over a minute',
    { 'modelops.identity.clockTolerance': { seconds: 61 } },
    'modelops.identity.clockTolerance: has to be between 0 and 60 seconds',
  ],
  [
    'a client without a secret',
    { 'modelops.identity.workload.clientSecret': undefined },
    'modelops.identity.workload: needs either clientId and one of',
  ],
  [
    'two secrets',
    { 'modelops.identity.workload.clientSecretFile': '/run/secrets/portal' },
    'modelops.identity.workload: needs either clientId and one of',
  ],
  [
    'a token file and a client',
    { 'modelops.identity.workload.tokenFile': '/var/run/token' },
    'modelops.identity.workload: needs either clientId and one of',
  ],
  [
    'readers without an identity of the portal',
    { 'modelops.identity.workload': undefined },
    'modelops.identity.workload: is missing; add it, because the reader of each connection exchanges it',
  ],
  [
    'a reader without a principal',
    { 'modelops.connections.desk-prod.reader.servicePrincipal': undefined },
    'modelops.connections.desk-prod.reader.servicePrincipal: is missing',
  ],
  [
    'a reader that cannot exist on the platform',
    { 'modelops.connections.desk-prod.reader.servicePrincipal': 'reader' },
    'modelops.connections.desk-prod.reader.servicePrincipal: names no service principal of Sample Desk that sample-federation could become, so no run would be followed',
  ],
  [
    'a reader whose exchanger only knows people',
    {
      'modelops.connections.desk-prod.reader': { exchange: 'sample-personal' },
    },
    'modelops.connections.desk-prod.reader: names no service principal of Sample Desk that sample-personal could become',
  ],
  [
    'a connection id that cannot stand in an annotation',
    {
      'modelops.connections.Desk:1': {
        platform: 'sample-desk',
        host: 'https://desk.acme.com',
        user: { exchange: 'sample-personal' },
        reader: {
          exchange: 'sample-federation',
          servicePrincipal: 'sp-reader',
        },
      },
    },
    'modelops.connections.Desk:1: has to be 1 to 63 of a-z 0-9 -',
  ],
  [
    'a misspelt platform',
    { 'modelops.connections.desk-prod.platform': 'sample-desc' },
    "modelops.connections.desk-prod.platform: unknown platform 'sample-desc' (did you mean 'sample-desk'?); installed: sample-desk",
  ],
  [
    'a misspelt exchange',
    { 'modelops.connections.desk-prod.user.exchange': 'sample-federations' },
    "modelops.connections.desk-prod.user.exchange: unknown exchange 'sample-federations' (did you mean 'sample-federation'?); installed: sample-federation, sample-personal",
  ],
  [
    'a host that the platform needs',
    { 'modelops.connections.desk-prod.host': undefined },
    'modelops.connections.desk-prod.host: is missing',
  ],
  [
    'a host with a path',
    { 'modelops.connections.desk-prod.host': 'https://desk.acme.com/api' },
    'modelops.connections.desk-prod.host: must be a host without a path',
  ],
  [
    'a host on plain http',
    { 'modelops.connections.desk-prod.host': 'http://desk.acme.com' },
    'modelops.connections.desk-prod.host: must begin with https://',
  ],
  [
    'a host with a password',
    {
      'modelops.connections.desk-prod.host': `https://me:${SAMPLE_SECRET}@desk.acme.com`,
    },
    'modelops.connections.desk-prod.host: must not contain a user or password',
  ],
  [
    'two roles of one name',
    { 'modelops.roles.1.name': 'fraud-engineer' },
    "modelops.roles[1].name: a second role is called 'fraud-engineer'",
  ],
  [
    'no members',
    { 'modelops.roles.1.members': [] },
    'modelops.roles[1].members: must not be empty',
  ],
  [
    'a member who is everybody',
    { 'modelops.roles.1.members': [{}] },
    'modelops.roles[1].members[0]: has to name a group, a user or claims',
  ],
  [
    'claims that are everybody',
    { 'modelops.roles.1.members': [{ claims: {} }] },
    'modelops.roles[1].members[0].claims: has to name at least one claim',
  ],
  [
    'a group that is no full reference',
    { 'modelops.roles.1.members.0.group': 'security' },
    'modelops.roles[1].members[0].group: must be a full entity reference',
  ],
  [
    'a user as a group',
    { 'modelops.roles.1.members.0.group': 'user:default/ada' },
    'modelops.roles[1].members[0].group: has to be the full reference of a group',
  ],
  [
    'no rules',
    { 'modelops.roles.1.allow': [] },
    'modelops.roles[1].allow: must not be empty',
  ],
  [
    'no actions',
    { [`${RULE}.actions`]: [] },
    'modelops.roles[0].allow[0].actions: must not be empty',
  ],
  [
    'no resources',
    { [`${RULE}.resources`]: undefined },
    'modelops.roles[0].allow[0].resources: is missing',
  ],
  [
    'a resource on an unknown connection',
    { [`${RULE}.resources`]: ['desk-prd:job/1'] },
    "modelops.roles[0].allow[0].resources[0]: unknown connection 'desk-prd' (did you mean 'desk-prod'?)",
  ],
  [
    'a pattern that fits no connection',
    { [`${RULE}.resources`]: ['dask-*'] },
    "modelops.roles[0].allow[0].resources[0]: no connection begins with 'dask-'",
  ],
  [
    'a resource without a connection',
    { [`${RULE}.resources`]: ['job'] },
    'modelops.roles[0].allow[0].resources[0]: has to be <connection>:<resource>',
  ],
  [
    'a resource the platform does not have',
    { [`${RULE}.resources`]: ['desk-prod:jobs/1'] },
    "modelops.roles[0].allow[0].resources[0]: 'jobs/1' is no resource of Sample Desk; it has job/<id>, model/<name>",
  ],
  [
    'a resource in another spelling',
    { [`${RULE}.resources`]: ['desk-prod:model/Main.Fraud'] },
    'modelops.roles[0].allow[0].resources[0]: write it as desk-prod:model/main.fraud',
  ],
  [
    'a resource in another environment',
    { [`${RULE}.resources`]: ['desk-local:job/1'] },
    'modelops.roles[0].allow[0].resources[0]: never matches, because the environment of desk-local is playground',
  ],
  [
    'a misspelt environment',
    { [`${RULE}.environments`]: ['prodution'] },
    "modelops.roles[0].allow[0].environments[0]: no connection has the environment 'prodution' (did you mean 'production'?)",
  ],
  [
    'ownership without trusted locations',
    { 'modelops.trustedLocations': undefined },
    'modelops.roles[0].allow[0].ownedByMember: needs modelops.trustedLocations',
  ],
  [
    'audit with resources',
    { 'modelops.roles.1.allow.0.resources': ['*'] },
    'modelops.roles[1].allow[0].resources: does not go with audit, administer',
  ],
  [
    'audit with ownership',
    { 'modelops.roles.1.allow.0.ownedByMember': true },
    'modelops.roles[1].allow[0].ownedByMember: does not go with audit, administer',
  ],
  [
    'audit beside an action on resources',
    { [`${RULE}.actions`]: ['audit', 'read'] },
    'modelops.roles[0].allow[0].actions: audit cannot stand with actions on resources',
  ],
  [
    'a guardrail that says nothing',
    { [`${RULE}.parameters.epochs`]: {} },
    'modelops.roles[0].allow[0].parameters.epochs: has to have minimum, maximum or enum',
  ],
  [
    'a guardrail that leaves nothing',
    { [`${RULE}.parameters.epochs`]: { minimum: 5, maximum: 4 } },
    'modelops.roles[0].allow[0].parameters.epochs: minimum is larger than maximum',
  ],
  [
    'a range of texts',
    { [`${RULE}.parameters.epochs`]: { minimum: 5, enum: ['a'] } },
    'modelops.roles[0].allow[0].parameters.epochs: minimum and maximum do not go with an enum of texts',
  ],
  [
    'an enum of texts and numbers',
    { [`${RULE}.parameters.epochs`]: { enum: ['a', 1] } },
    'modelops.roles[0].allow[0].parameters.epochs.enum: has to be a list of texts or a list of numbers',
  ],
  [
    'a limit of runs without an action that starts one',
    { [`${RULE}.actions`]: ['read', 'predict'] },
    'modelops.roles[0].allow[0].limits.concurrentRuns: has no effect without',
  ],
  [
    'a limit of predictions without predict',
    { [`${RULE}.actions`]: ['train'] },
    'modelops.roles[0].allow[0].limits.predictionsPerMinute: has no effect without predict',
  ],
  [
    'guardrails without an action that has parameters',
    { [`${RULE}.actions`]: ['read'], [`${RULE}.limits`]: undefined },
    'modelops.roles[0].allow[0].parameters: has no effect without',
  ],
  [
    'creating endpoints without deploy',
    { [`${RULE}.createEndpoints`]: true },
    'modelops.roles[0].allow[0].createEndpoints: has no effect without deploy',
  ],
  [
    'environments of versions without deploy',
    { [`${RULE}.fromEnvironments`]: ['production'] },
    'modelops.roles[0].allow[0].fromEnvironments: has no effect without deploy',
  ],
  [
    'an environment of versions that no connection has',
    { [`${AS_RULE}.fromEnvironments`]: ['prodution'] },
    "modelops.roles[0].allow[1].fromEnvironments[0]: no connection has the environment 'prodution' (did you mean 'production'?)",
  ],
  [
    'a limit of no runs',
    { [`${RULE}.limits.concurrentRuns`]: 0 },
    'modelops.roles[0].allow[0].limits.concurrentRuns: ',
  ],
  [
    'as on a wildcard',
    { [`${AS_RULE}.resources`]: ['desk-prod:model/*'] },
    'modelops.roles[0].allow[1].as: does not go with a wildcard in resources',
  ],
  [
    'as on several connections',
    { [`${AS_RULE}.resources`]: ['desk-prod:job/1', 'desk-local:job/1'] },
    'modelops.roles[0].allow[1].as: does not go with resources on several connections (desk-prod, desk-local)',
  ],
  [
    'as without trusted locations',
    { 'modelops.trustedLocations': [] },
    'modelops.roles[0].allow[1].as: needs modelops.trustedLocations',
  ],
  [
    'as that cannot exist on the platform',
    { [`${AS_RULE}.as.servicePrincipal`]: 'deployer' },
    "modelops.roles[0].allow[1].as.servicePrincipal: is no service principal of Sample Desk that sample-federation could become, with the person's token or the portal's",
  ],
  [
    'as that cannot exist on the platform, through the portal',
    {
      [`${AS_RULE}.as`]: { servicePrincipal: 'deployer', through: 'workload' },
    },
    'modelops.roles[0].allow[1].as.servicePrincipal: is no service principal of Sample Desk',
  ],
  [
    'as where the exchanger only knows people',
    { 'modelops.connections.desk-prod.user': { exchange: 'sample-personal' } },
    'modelops.roles[0].allow[1].as.servicePrincipal: is no service principal of Sample Desk that sample-personal could become',
  ],
  [
    'as through the portal without an identity of the portal',
    {
      'modelops.identity.workload': undefined,
      [`${AS_RULE}.as.through`]: 'workload',
    },
    'modelops.identity.workload: is missing',
  ],
  [
    'a short key of the keyed hashes',
    { 'modelops.audit.hashKey': SAMPLE_SECRET },
    'modelops.audit.hashKey: has to have at least 32 characters',
  ],
  [
    'a signing key that is none',
    { 'modelops.audit.checkpoints.signingKey': SAMPLE_SECRET },
    'modelops.audit.checkpoints.signingKey: is no Ed25519 private key',
  ],
  [
    'a signing key and a file of one',
    { 'modelops.audit.checkpoints.signingKeyFile': '/run/secrets/key.pem' },
    'modelops.audit.checkpoints.signingKeyFile: does not go with signingKey',
  ],
  [
    'a trusted key that is none',
    { 'modelops.audit.checkpoints.trustedKeys': ['AAAA'] },
    'modelops.audit.checkpoints.trustedKeys[0]: is no Ed25519 public key',
  ],
  [
    'checkpoints that are too rare',
    { 'modelops.audit.checkpoints.interval': { days: 2 } },
    'modelops.audit.checkpoints.interval: has to be between 10 seconds and a day',
  ],
  [
    'no checkpoint at all',
    { 'modelops.audit.checkpoints.entries': 0 },
    'modelops.audit.checkpoints.entries: Too small',
  ],
  [
    'a sink with a file and an address',
    { 'modelops.audit.checkpoints.sinks.siem.file': '/var/x' },
    'modelops.audit.checkpoints.sinks.siem: needs either file, or url',
  ],
  [
    'a sink that is plain http elsewhere',
    { 'modelops.audit.checkpoints.sinks.siem.url': 'http://siem.acme.com/x' },
    'modelops.audit.checkpoints.sinks.siem.url: must begin with https://',
  ],
  [
    'a sink that is plain http on loopback, without insecure',
    { 'modelops.audit.checkpoints.sinks.siem.url': 'http://127.0.0.1:9/x' },
    'modelops.audit.checkpoints.sinks.siem.url: is plain http; set insecure',
  ],
  [
    'a sink whose name is none',
    { 'modelops.audit.checkpoints.sinks': { 'a b': { file: '/var/x' } } },
    'modelops.audit.checkpoints.sinks.a b: has to be a name',
  ],
  [
    'a retention shorter than runs need',
    { 'modelops.audit.retention.keep': { days: 7 } },
    'modelops.audit.retention.keep: has to be at least 30 days',
  ],
];
