import type { AuditEntry } from 'backstage-plugin-modelops-common';
import type { NewAuditEntry } from './auditEntry';
import { CommitQueue, type Waiting } from './CommitQueue';

const REFUSAL: NewAuditEntry = {
  actor: 'user:default/ada',
  code: 'run.refused',
};
const UNAVAILABLE = { code: 'audit-unavailable' };

/** A queue whose first group is being written until it is let go. */
async function stuckQueue() {
  const time = { now: 0 };
  const groups: string[][] = [];
  let letGo: () => void = () => {};
  const stuck = new Promise<void>(done => {
    letGo = done;
  });
  const queue = new CommitQueue(
    async (group: readonly Waiting[]) => {
      groups.push(group.map(waiting => waiting.locks));
      await stuck;
      group.forEach(waiting => waiting.resolve({} as AuditEntry));
    },
    () => time.now,
  );
  void queue.add(REFUSAL, 'work', 'first');
  await new Promise(done => {
    setImmediate(done); // until then it waits for others to go along
  });
  return { queue, time, groups, letGo };
}

describe('CommitQueue', () => {
  it('lets every group lock in the same order, and the others keep theirs', async () => {
    const { queue, groups, letGo } = await stuckQueue();
    const rest = ['b', '', 'a', 'c', '', 'b'].map(locks =>
      queue.add(REFUSAL, 'work', locks),
    );
    letGo();
    await Promise.all(rest);
    expect(groups).toEqual([['first'], ['', '', 'a', 'b', 'b', 'c']]);
  });

  it('turns away what has waited for so long that nobody is there any more', async () => {
    const { queue, time, letGo } = await stuckQueue();
    const early = queue.add(REFUSAL, 'apart', '');
    time.now = 20_000;
    const later = queue.add(REFUSAL, 'work', '');
    time.now = 31_000;
    letGo();
    await expect(early).rejects.toMatchObject(UNAVAILABLE);
    await later;
    await queue.add(REFUSAL, 'work', '');
  });

  it('turns away what would fill the memory, each lane by itself', async () => {
    const { queue, letGo } = await stuckQueue();
    const flood = Array.from({ length: 10_000 }, () =>
      queue.add(REFUSAL, 'apart', ''),
    );
    expect(() => queue.add(REFUSAL, 'apart', '')).toThrow(
      'Too many requests wait',
    );
    const start = queue.add(REFUSAL, 'work', '');
    letGo();
    await Promise.all([...flood, start]);
  });
});
