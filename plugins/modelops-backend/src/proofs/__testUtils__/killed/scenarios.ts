import type { Fault } from 'modelops-simulators';
import { finishJobs } from '../finishJobs';
import type { World } from './World';

/** Something a portal does, in whose every step it may be killed. */
export interface Scenario {
  name: string;
  /** Nothing is held any more: keys, credentials and forms are asked for again. */
  cold?: boolean;
  /** Before the steps that count. */
  prepare?(world: World): Promise<void>;
  act(world: World): Promise<unknown>;
}

const RUN_NOW = { method: 'POST', path: '/api/2.2/jobs/run-now', count: 1 };
/** The job is started, and nobody hears of it. */
export const LOST_ANSWER: Fault = { ...RUN_NOW, effect: 'drop', commit: true };
/** The request never arrives. */
export const LOST_REQUEST: Fault = { ...RUN_NOW, effect: 'drop' };
const REFUSED: Fault = { ...RUN_NOW, effect: 'status', status: 403 };
/** Longer than a lease and than every pause of the reconciler. */
const LATER_MS = 125_000;

/** What a portal does with runs. Later ones that begin like earlier ones are killed only where they differ. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'a start', act: world => world.ask(world.order()) },
  {
    name: 'a start after a long time',
    cold: true,
    act: world => world.ask(world.order()),
  },
  start('a start whose answer is lost', LOST_ANSWER),
  start('a start that the platform refuses', REFUSED),
  {
    name: 'a start repeated',
    async act(world) {
      const order = world.order();
      await world.ask(order);
      await world.ask(order);
    },
  },
  {
    name: 'a cancel',
    async act(world) {
      const answer = await world.ask(world.order());
      if (answer.status === 202)
        await world.ask(world.orderCancel(answer.runId));
    },
  },
  {
    name: 'following runs to their ends',
    cold: true,
    async prepare(world) {
      for (const fault of [LOST_ANSWER, LOST_REQUEST]) {
        await world.simulators.databricks.fault(fault);
        await world.ask(world.order());
      }
      await world.ask(world.order());
    },
    async act(world) {
      for (let looks = 0; looks < 3; looks += 1) {
        await world.later(LATER_MS);
        await world.process.call('tick');
        if (looks === 0) await finishJobs(world.simulators);
      }
    },
  },
  { name: 'a change of the roles', act: world => world.editRoles() },
  {
    name: 'a checkpoint',
    prepare: async world => {
      await world.ask(world.order());
    },
    act: world => world.process.call('seal'),
  },
];

function start(name: string, fault: Fault): Scenario {
  return {
    name,
    async act(world) {
      await world.simulators.databricks.fault(fault);
      await world.ask(world.order());
    },
  };
}
