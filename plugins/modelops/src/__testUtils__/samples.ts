import type {
  Access,
  ActionForm,
  AuditEntry,
  AuditVerification,
  Binding,
  ModelAction,
  ModelDetail,
  ModelVersion,
  ModelVersions,
  Operation,
  Run,
  RunDetail,
  ServedVersion,
  Serving,
} from 'backstage-plugin-modelops-common';

export const ENTITY_REF = 'component:default/fraud-detector';
const RUN_ID = '11111111-1111-4111-8111-111111111111';

export const binding: Binding = {
  role: 'train',
  annotation: 'modelops/train',
  connection: 'databricks-demo',
  platform: 'databricks',
  platformTitle: 'Databricks',
  environment: 'production',
  resource: 'job/8123',
};

export function sampleRun(change: Partial<Run> = {}): Run {
  return {
    id: RUN_ID,
    entityRef: ENTITY_REF,
    action: 'train',
    operation: 'start',
    connection: 'databricks-demo',
    platform: 'databricks',
    platformTitle: 'Databricks',
    environment: 'production',
    resource: 'job/8123',
    state: 'running',
    startedBy: 'user:default/ada',
    role: 'fraud-ml-engineer',
    rule: 'fraud-ml-engineer/0',
    runsAs: { kind: 'person', principal: 'ada@acme.com', through: 'person' },
    parameters: { epochs: 5 },
    platformRunId: '77',
    platformRunUrl: 'https://dbc-demo.cloud.databricks.com/jobs/8123/runs/77',
    auditSequence: 12,
    requestedAt: '2026-11-21T10:00:00.000Z',
    startedAt: '2026-11-21T10:00:05.000Z',
    updatedAt: '2026-11-21T10:00:06.000Z',
    cancelRequested: false,
    ...change,
  };
}

export function sampleDetail(change: Partial<RunDetail> = {}): RunDetail {
  return {
    ...sampleRun(change),
    timeline: [
      {
        sequence: 12,
        time: '2026-11-21T10:00:00.000Z',
        code: 'run.requested',
        actor: 'user:default/ada',
      },
      {
        sequence: 13,
        time: '2026-11-21T10:00:05.000Z',
        code: 'run.running',
        actor: 'system:modelops',
        toState: 'running',
      },
    ],
    cancel: { allowed: true },
    ...change,
  };
}

export function sampleModel(
  change: Partial<ModelDetail> = {},
  train: Partial<ModelAction> = {},
): ModelDetail {
  return {
    entityRef: ENTITY_REF,
    title: 'Fraud detector',
    problems: [],
    serving: [],
    identified: true,
    actions: [
      {
        action: 'train',
        operation: 'start',
        operations: ['start'],
        binding,
        allowed: true,
        role: 'fraud-ml-engineer',
        runsAs: {
          kind: 'person',
          principal: 'ada@acme.com',
          through: 'person',
        },
        guardrails: [],
        ...train,
      },
    ],
    ...change,
  };
}

export const form: ActionForm = {
  action: 'train',
  operation: 'start',
  title: 'Train fraud detector',
  schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      epochs: { type: 'integer', title: 'Epochs', minimum: 1, maximum: 20 },
      rate: { type: 'number', title: 'Learning rate' },
      optimizer: { type: 'string', title: 'Optimizer', enum: ['adam', 'sgd'] },
      note: { type: 'string', title: 'Note', maxLength: 5 },
      shuffle: { type: 'boolean', title: 'Shuffle' },
      table: { type: 'string', title: 'Table', readOnly: true },
      apiKey: { type: 'string', title: 'API key', writeOnly: true },
    },
    required: ['epochs'],
    additionalProperties: false,
  },
  defaults: {
    epochs: 5,
    rate: 0.1,
    optimizer: 'adam',
    shuffle: true,
    table: 'main.fraud.training',
    apiKey: '***',
  },
  guardrails: { epochs: 'Your role fraud-ml-engineer allows at most 20' },
  runsAs: { kind: 'person', principal: 'ada@acme.com', through: 'person' },
  jobRunsAs: 'fraud-pipeline',
};

export const access: Access = {
  userEntityRef: 'user:default/katherine',
  groups: ['group:default/security'],
  identified: true,
  audit: true,
  administer: false,
  roles: [],
  mappingHash: 'a'.repeat(64),
};

/** Somebody who may administer, while the newest change of the roles is not in effect. */
export const administrator: Access = {
  ...access,
  administer: true,
  configuration: {
    mappingSince: '2026-11-21T09:00:00.000Z',
    rejected: {
      at: '2026-11-21T10:00:00.000Z',
      message:
        'The configuration of modelops is not valid:\n  - modelops.roles[0].members: must not be empty',
    },
    restartNeeded: [],
    warnings: [],
  },
};

export const auditEntry: AuditEntry = {
  sequence: 42,
  time: '2026-11-21T10:00:00.000Z',
  code: 'run.refused',
  outcome: 'refused',
  actor: 'user:default/grace',
  action: 'train',
  entityRef: ENTITY_REF,
  role: 'fraud-reader',
  refusalCode: 'role-missing',
  previousHash: 'b'.repeat(64),
  hash: 'c'.repeat(64),
};

/** The roles changed, and a role came: the second difference is one of a rule. */
export const mappingEntry: AuditEntry = {
  sequence: 43,
  time: '2026-11-21T10:05:00.000Z',
  code: 'mapping.changed',
  actor: 'system:modelops',
  mappingHash: 'd'.repeat(64),
  previousMappingHash: 'a'.repeat(64),
  mappingChanges: [
    {
      role: 'fraud-reader',
      after: '{"members":[{"group":"group:default/growth"}],"place":2}',
    },
    {
      role: 'fraud-ml-engineer',
      rule: 'fraud-ml-engineer#0',
      before: '{"actions":["read"]}',
      after: '{"actions":["read","train"]}',
    },
    { role: 'guest', rule: 'guest#0', before: '{"actions":["read"]}' },
  ],
  count: 3,
  previousHash: 'c'.repeat(64),
  hash: 'e'.repeat(64),
};

/** Intact, with two entries that no checkpoint outside the database covers yet. */
export const verification: AuditVerification = {
  intact: true,
  fromSequence: 1,
  toSequence: 42,
  strength: 'anchored',
  anchoredSequence: 40,
  unanchoredEntries: 2,
  newestCheckpoint: {
    sequence: 40,
    time: '2026-11-21T10:00:00.000Z',
    keyId: 'key-1',
  },
  archivedEntries: 0,
  sinks: [
    { id: 'disk', kind: 'file', deliveredSequence: 40 },
    { id: 'vault', kind: 'http', deliveredSequence: 12 },
  ],
};

export const MODEL_BINDING: Binding = {
  ...binding,
  role: 'model',
  annotation: 'modelops/model',
  resource: 'model/main.fraud.detector',
};

export const ENDPOINT: Binding = {
  ...binding,
  role: 'serve',
  annotation: 'modelops/serve',
  resource: 'endpoint/fraud-detector',
};
export const TARGET = 'databricks-demo:endpoint/fraud-detector';

const person = {
  kind: 'person',
  principal: 'ada@acme.com',
  through: 'person',
} as const;

function boundAction(
  change: Pick<ModelAction, 'action' | 'operation' | 'operations'> &
    Partial<ModelAction>,
): ModelAction {
  return {
    binding: ENDPOINT,
    allowed: true,
    role: 'fraud-ml-engineer',
    runsAs: person,
    guardrails: [],
    ...change,
  };
}

/** A model that is registered, deployed and served; `actions` change those of the operation they name. */
export function servedModel(
  change: Partial<ModelDetail> = {},
  actions: Partial<Record<Operation, Partial<ModelAction>>> = {},
): ModelDetail {
  return {
    ...sampleModel(),
    model: MODEL_BINDING,
    versions: { allowed: true },
    serving: [
      {
        binding: ENDPOINT,
        read: { allowed: true },
        predict: { allowed: true },
      },
    ],
    actions: [
      ...sampleModel().actions,
      boundAction({
        action: 'deploy',
        operation: 'deploy',
        operations: ['deploy'],
        ...actions.deploy,
      }),
      boundAction({
        action: 'deploy',
        operation: 'set-alias',
        operations: ['set-alias'],
        binding: MODEL_BINDING,
        ...actions['set-alias'],
      }),
      boundAction({
        action: 'serve',
        operation: 'traffic',
        operations: ['traffic', 'promote', 'rollback', 'stop'],
        ...actions.traffic,
      }),
    ],
    ...change,
  };
}

export function sampleVersion(
  version: string,
  change: Partial<ModelVersion> = {},
): ModelVersion {
  return {
    version,
    aliases: [],
    state: 'ready',
    createdAt: `2026-11-2${version}T10:00:00.000Z`,
    createdBy: 'ada@acme.com',
    metrics: [
      { name: 'accuracy', value: 0.9 + Number(version) / 100 },
      { name: 'auc', value: 0.8 },
      { name: 'loss', value: null },
      { name: 'recall', value: 0.7 },
    ],
    sourceRun: { id: `run-${version}`, url: `https://dbc/ml/run-${version}` },
    sourceJob: { platformRunId: '77', runId: RUN_ID },
    servedBy: [],
    ...change,
  };
}

export function sampleVersions(
  change: Partial<ModelVersions> = {},
): ModelVersions {
  return {
    items: [
      sampleVersion('4'),
      sampleVersion('3', { state: 'pending' }),
      sampleVersion('2', {
        aliases: ['champion'],
        servedBy: [{ target: TARGET, share: 100 }],
      }),
    ],
    readAs: 'person',
    freshness: { readAt: new Date().toISOString() },
    ...change,
  };
}

export function servedVersion(
  version: string,
  share: number,
  change: Partial<ServedVersion> = {},
): ServedVersion {
  return {
    id: `detector-${version}`,
    model: 'main.fraud.detector',
    version,
    share,
    ours: true,
    state: 'ready',
    ...change,
  };
}

/** What belongs to somebody else on the same endpoint. */
export const FOREIGN = servedVersion('7', 20, {
  id: 'ranker-7',
  model: 'main.hr.ranker',
  ours: false,
});

export function sampleServing(change: Partial<Serving> = {}): Serving {
  return {
    target: TARGET,
    state: 'ready',
    revision: 'r1',
    served: [servedVersion('2', 90), servedVersion('4', 10)],
    url: 'https://dbc-demo.cloud.databricks.com/ml/endpoints/fraud-detector',
    freshness: { readAt: new Date().toISOString() },
    ...change,
  };
}

/** A form of what changes what is served. */
export function changeForm(
  operation: Operation,
  properties: ActionForm['schema']['properties'],
  served: readonly ServedVersion[],
  change: Partial<ActionForm> = {},
): ActionForm {
  return {
    ...form,
    action:
      operation === 'deploy' || operation === 'set-alias' ? 'deploy' : 'serve',
    operation,
    title: 'fraud-detector',
    schema: { ...form.schema, properties, required: Object.keys(properties) },
    defaults: {},
    guardrails: {},
    serving: { state: 'ready', revision: 'r1', served: [...served] },
    ...change,
  };
}
