import type { Fault } from 'modelops-simulators';
import { finishJobs } from '../finishJobs';
import { canary, promotion } from './Serving';
import type { World } from './World';

/** Something a portal does, in whose every step it may be killed. */
export interface Scenario {
  name: string;
  /** It changes what is served, which is put back before. */
  changes?: true;
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
const PUT_CONFIG = {
  method: 'PUT',
  path: '/api/2.0/serving-endpoints/*/config',
  count: 1,
};
/** The change is made, and nobody hears of it. */
export const LOST_CHANGE: Fault = {
  ...PUT_CONFIG,
  effect: 'drop',
  commit: true,
};
/** The change never arrives. */
export const LOST_CHANGE_REQUEST: Fault = { ...PUT_CONFIG, effect: 'drop' };
const REFUSED_CHANGE: Fault = { ...PUT_CONFIG, effect: 'status', status: 403 };
/** The change is made, and its answer takes so long that somebody else gets to act; milliseconds. */
export const SLOW_ANSWER: Fault = {
  ...PUT_CONFIG,
  effect: 'delay',
  commit: true,
  latencyMs: 10_000,
};
/** Longer than a lease and than every pause of the reconciler. */
const LATER_MS = 125_000;

/** What a portal does with trainings. Later ones that begin like earlier ones are killed only where they differ. */
export const TRAININGS: readonly Scenario[] = [
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

/** What a portal does to what is served. Its steps are killed again, though most have the names of those of a training. */
export const CHANGES: readonly Scenario[] = [
  {
    name: 'a deploy after a long time',
    changes: true,
    cold: true,
    act: world => world.ask(world.orderChange(canary('fraud-detector', 10))),
  },
  {
    name: 'a deploy that creates its endpoint',
    changes: true,
    prepare: world => world.serving.remove('fraud-detector'),
    act: world => world.ask(world.orderChange(canary('fraud-detector', 100))),
  },
  deploy('a deploy whose answer is lost', LOST_CHANGE),
  deploy('a deploy that the platform refuses', REFUSED_CHANGE),
  {
    name: 'a deploy repeated',
    changes: true,
    async act(world) {
      const order = world.orderChange(canary('fraud-detector', 10));
      await world.ask(order);
      await world.ask(order);
    },
  },
  {
    name: 'following changes to their ends',
    changes: true,
    cold: true,
    async prepare(world) {
      const { databricks } = world.simulators;
      await databricks.fault(LOST_CHANGE);
      await world.ask(world.orderChange(canary('fraud-detector', 25)));
      await databricks.fault(LOST_CHANGE_REQUEST);
      await world.ask(world.orderChange(promotion('payments-shared')));
    },
    async act(world) {
      for (let looks = 0; looks < 3; looks += 1) {
        await world.later(LATER_MS);
        await world.process.call('tick');
        if (looks === 0) await world.serving.finish();
      }
    },
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

function deploy(name: string, fault: Fault): Scenario {
  return {
    name,
    changes: true,
    async act(world) {
      await world.simulators.databricks.fault(fault);
      await world.ask(world.orderChange(canary('fraud-detector', 10)));
    },
  };
}
