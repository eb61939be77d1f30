import { randomUUID } from 'node:crypto';
import { changeId, deployedModelIdOf, parseChangeId } from './changeId';

const ENDPOINT = { kind: 'endpoint', canonical: `endpoint/${'e'.repeat(63)}` };

describe('The name of a change', () => {
  it.each([
    {
      kind: 'deploy' as const,
      deployedModelId: '1234567890',
      operation: '9223372036854775807',
    },
    {
      kind: 'undeploy' as const,
      deployedModelId: '9223372036854775807',
      operation: '9223372036854775807',
    },
    { kind: 'traffic' as const, runId: randomUUID() },
  ])('is read as it was written, and is short enough ($kind)', change => {
    const name = changeId(ENDPOINT, change);
    expect(parseChangeId(name)).toEqual(change);
    expect(name.length).toBeLessThanOrEqual(256);
    expect(name).toMatch(/^endpoints\/e{63}@/);
  });

  it.each([
    '',
    'endpoints/x',
    'endpoints/x@deploy.1',
    'endpoints/x@deploy.1.a/b',
    'endpoints/x@deploy.1./../..',
    'endpoints/x@promote.1.2',
    'endpoints/x@traffic.../..',
  ])('is none in %j', name => {
    expect(parseChangeId(name)).toBeUndefined();
  });

  it('has ten digits for what is deployed, the same for the same run', () => {
    const ids = Array.from({ length: 1_000 }, () =>
      deployedModelIdOf(randomUUID()),
    );
    for (const id of ids) expect(id).toMatch(/^[1-9][0-9]{9}$/);
    expect(new Set(ids).size).toBe(1_000);
    const runId = randomUUID();
    expect(deployedModelIdOf(runId)).toBe(deployedModelIdOf(runId));
  });
});
