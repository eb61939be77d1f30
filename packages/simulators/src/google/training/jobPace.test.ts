import type { Simulators } from '../../attachSimulators';
import { JOB_STATES } from '../../handles/googleTrainingTypes';
import { startSimulators } from '../../startSimulators';
import { googleCallerOf } from '../../testing/googleCallers';

const ENDED = ['JOB_STATE_SUCCEEDED', 'JOB_STATE_CANCELLED'];

let simulators: Simulators;
beforeAll(async () => {
  simulators = await startSimulators({ runSeconds: 2 });
});
afterAll(() => simulators.close());

/** The states a job is seen in, one after the other, until it has ended. */
async function statesOf(name: string): Promise<string[]> {
  const ada = await googleCallerOf(simulators, 'ada');
  const seen: string[] = [];
  while (!ENDED.includes(seen[seen.length - 1])) {
    const { state } = (await ada.get(`/v1/${name}`)).body;
    if (seen[seen.length - 1] !== state) seen.push(state);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return seen;
}

it('goes by itself from state to state, never back, and ends with a version', async () => {
  const { name } = await simulators.google.plantJob();
  const seen = await statesOf(name);
  const order = JOB_STATES.map(state => `JOB_STATE_${state}`);
  expect(seen.map(state => order.indexOf(state))).toEqual(
    seen.map(state => order.indexOf(state)).sort(),
  );
  expect(seen).toContain('JOB_STATE_RUNNING');
  expect(seen[seen.length - 1]).toBe('JOB_STATE_SUCCEEDED');
  const [job] = await simulators.google.jobs();
  expect(job.version).toBeDefined();
});

it('ends cancelled by itself, with no version', async () => {
  const ada = await googleCallerOf(simulators, 'ada');
  // Longer than the cancelling can take: what was trained before is trained again at once.
  const { name } = await simulators.google.plantJob({
    args: ['--epochs', '200'],
  });
  await ada.send('POST', `/v1/${name}:cancel`, {});
  const seen = await statesOf(name);
  expect(seen[seen.length - 1]).toBe('JOB_STATE_CANCELLED');
  const job = (await simulators.google.jobs()).find(one => one.name === name)!;
  expect(job.version).toBeUndefined();
});

it('is gone after a reset, with what it logged', async () => {
  await simulators.google.plantJob();
  await simulators.google.reset();
  expect(await simulators.google.jobs()).toEqual([]);
});
