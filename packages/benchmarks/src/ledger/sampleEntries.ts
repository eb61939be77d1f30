import { randomUUID } from 'node:crypto';
import type { NewAuditEntry } from '../backendInternals';
import { seededRandom } from '../measure';

/** A person, an entity or a code that few entries have. */
export const RARE = {
  actor: 'user:default/katherine',
  entityRef: 'resource:default/seldom-trained',
  code: 'credential.issued',
} as const;
/** What most entries have. */
export const FREQUENT = {
  actor: 'user:default/person-0',
  entityRef: 'resource:default/model-0',
  code: 'run.requested',
} as const;

const PEOPLE = 200;
const MODELS = 100;
const ONE_IN = 10_000;

/**
 * Entries as a busy portal leaves them: runs of five entries each, refusals, and somebody who reads the record. A few people
 * and models have most of them.
 */
export function* sampleEntries(): Generator<NewAuditEntry> {
  const random = seededRandom(1);
  const skewed = (count: number) => Math.floor(random() ** 3 * count);
  for (let number = 0; ; number++) {
    const rare = number % ONE_IN === 0;
    const facts = requestFacts(
      rare ? RARE.actor : `user:default/person-${skewed(PEOPLE)}`,
      rare ? RARE.entityRef : `resource:default/model-${skewed(MODELS)}`,
    );
    if (rare) {
      yield {
        actor: facts.actor,
        code: RARE.code,
        connections: ['databricks'],
      };
    } else if (random() < 0.1) {
      yield {
        ...facts,
        code: 'run.refused',
        outcome: 'refused',
        refusalCode: 'role-missing',
        detail: 'No role of yours allows train here. Ask the group fraud-ml.',
      };
    } else {
      yield* entriesOfRun(facts);
    }
  }
}

function* entriesOfRun(facts: NewAuditEntry): Generator<NewAuditEntry> {
  const runId = randomUUID();
  const requested: NewAuditEntry = {
    ...facts,
    code: 'run.requested',
    runId,
    role: 'fraud-ml-engineer',
    rule: 'fraud-ml-engineer#0',
    principal: 'ada@acme.example',
    parameters: { epochs: '5', learning_rate: '0.05' },
    toState: 'requested',
  };
  yield requested;
  yield {
    ...requested,
    code: 'run.exchanged',
    credential: {
      fingerprint: 'c0ffee0123456789',
      expiresAt: '2026-11-22T11:00:00.000Z',
    },
  };
  const platform = {
    platformRunId: '708062954842468123',
    platformRunUrl: 'https://dbc-a1b2.cloud.databricks.com/jobs/8123/runs/1',
  };
  yield {
    ...requested,
    ...platform,
    code: 'run.submitted',
    outcome: 'accepted',
    toState: 'submitted',
  };
  const system = { actor: 'system:modelops', runId, ...platform };
  yield { ...system, code: 'run.running', toState: 'running' };
  yield { ...system, code: 'run.succeeded', toState: 'succeeded' };
}

function requestFacts(actor: string, entityRef: string): NewAuditEntry {
  return {
    actor,
    code: 'run.requested',
    groups: [actor, 'group:default/fraud-ml'],
    mappingHash: 'a'.repeat(64),
    action: 'train',
    operation: 'start',
    entityRef,
    connections: ['databricks'],
    resources: ['databricks:job/8123'],
    parametersHash: 'b'.repeat(64),
    requestId: randomUUID(),
    clientAddress: '10.1.2.3',
  };
}
