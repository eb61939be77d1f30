import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Person, Simulators } from 'modelops-simulators';
import type { Replica } from './Replica';

/** A request that was answered. */
export interface Answered {
  key: string;
  traceId: string;
  by: Replica;
  /** How often it was asked; more than once if a connection broke. */
  attempts: number;
  status: number;
  runId?: string;
}

/** Pause before somebody whose connection broke asks again, in milliseconds. */
const AGAIN_MS = 20;
const PEOPLE: Array<{ person: Person; entityRef: string }> = [
  { person: 'ada', entityRef: 'resource:default/fraud-detector' },
  { person: 'grace', entityRef: 'resource:default/growth-uplift' },
];

/**
 * Starts many trainings, so many at a time, over the replicas in turn. Whose connection breaks asks the next replica again with
 * the same key.
 */
export async function startMany(
  simulators: Simulators,
  replicas: readonly Replica[],
  options: { from: number; starts: number; concurrency: number },
): Promise<Answered[]> {
  const tokens = await Promise.all(
    PEOPLE.map(({ person }) => simulators.idp.signIdToken(person)),
  );
  const answered: Answered[] = [];
  let next = options.from;
  const client = async () => {
    while (next < options.from + options.starts) {
      const order = next;
      next += 1;
      const who = order % PEOPLE.length;
      const key = `load-key-${String(order).padStart(10, '0')}`;
      answered.push(
        await askUntilAnswered(replicas, order, {
          ...PEOPLE[who],
          idToken: tokens[who],
          idempotencyKey: key,
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, client));
  return answered;
}

async function askUntilAnswered(
  replicas: readonly Replica[],
  first: number,
  request: Omit<Parameters<Replica['train']>[0], 'traceId'>,
): Promise<Answered> {
  for (let attempts = 1; ; attempts += 1) {
    const by = replicas[(first + attempts) % replicas.length];
    const traceId = randomBytes(16).toString('hex');
    try {
      const { status, body } = await by.train({ ...request, traceId });
      const key = request.idempotencyKey;
      return { key, traceId, by, attempts, status, runId: body.id };
    } catch {
      await sleep(AGAIN_MS);
    }
  }
}
