import { setTimeout as sleep } from 'node:timers/promises';
import { ProcessGone } from '../ChildProcess';
import type { Seeded } from '../seeded';
import {
  LOST_ANSWER,
  LOST_CHANGE,
  LOST_CHANGE_REQUEST,
  LOST_REQUEST,
  type Scenario,
  SLOW_ANSWER,
} from './scenarios';
import { canary, type Change, ENDPOINTS, promotion } from './Serving';
import type { DeadlyStep } from './Steps';
import { finishJobs } from '../finishJobs';
import type { World } from './World';

/** A scenario and the step in it at which the process dies. */
export interface KillPoint {
  scenario: Scenario;
  deadly: DeadlyStep;
}

/** So often is looked whether a change has reached the platform, with a pause of 5 ms. */
const MOST_LOOKS = 1_000;
/** Longer than every credential and document is held, in milliseconds: a process asks for all of them again. */
const ALL_CACHES_OVER_MS = 2 * 60 * 60_000;
/** Longer than a form is held, in milliseconds. */
const FORMS_OVER_MS = 15_000;
/** A portal that does what `busyness` asks for is at it for about so long, in milliseconds, and takes so many steps. */
const BUSY_MS = 400;
const BUSY_STEPS = 150;

/**
 * Plays each scenario once to its end, and gives every step there is, as often as a portal comes by it within one scenario, up to
 * `mostTimes`.
 */
export async function discover(
  world: World,
  scenarios: readonly Scenario[],
  mostTimes: number,
): Promise<KillPoint[]> {
  const points = new Map<string, KillPoint>();
  await world.ask(world.order()); // as in a world that has been killed: people have asked again
  for (const scenario of scenarios) {
    await begin(world, scenario);
    await world.process.call('takeSteps');
    await scenario.act(world);
    for (const deadly of toDeadly(await world.process.call('takeSteps'))) {
      const name = nameOf(deadly);
      if (deadly.nth <= mostTimes && !points.has(name))
        points.set(name, { scenario, deadly });
    }
    await world.comeToRest();
    const problems = await world.violations();
    if (problems.length > 0)
      throw new Error(`${scenario.name}: ${problems.join('\n')}`);
  }
  return [...points.values()];
}

/** Each step, counted among those of its name. */
export function toDeadly(steps: readonly string[]): DeadlyStep[] {
  const passed = new Map<string, number>();
  return steps.map(step => {
    const nth = (passed.get(step) ?? 0) + 1;
    passed.set(step, nth);
    return { step, nth };
  });
}

/** For people. */
export function nameOf({ step, nth }: DeadlyStep): string {
  return `${step}, time ${nth}`;
}

/** Plays a scenario up to the step, and picks up the pieces. */
export async function killAt(
  world: World,
  { scenario, deadly }: KillPoint,
): Promise<void> {
  await begin(world, scenario);
  await world.process.call('dieAt', deadly);
  await untilDead(world, scenario.act(world));
  await recover(world);
}

/** The change is made, and its answer is on its way when the process dies. */
export async function killBeforeTheAnswer(
  world: World,
  change: Change,
): Promise<void> {
  await world.serving.reset();
  await world.simulators.databricks.fault(SLOW_ANSWER);
  const dead = untilDead(world, world.ask(world.orderChange(change)));
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    if (await world.serving.isChanging(change.endpoint)) break;
    await sleep(5);
  }
  await world.process.kill();
  await dead;
  await recover(world);
}

/** The first start on a new database, up to the step. */
export async function killFirstStartAt(
  world: World,
  deadly: DeadlyStep,
): Promise<void> {
  await world.boot();
  await world.process.call('dieAt', deadly);
  await untilDead(world, world.open());
  world.order();
  await recover(world);
}

/** Several people at once, the scheduler's tasks beside them, and a death in the middle. */
export async function killAtRandom(
  world: World,
  random: Seeded,
): Promise<void> {
  await world.serving.reset();
  const byStep = random.isTrue(0.5);
  if (byStep)
    await world.process.call('dieAt', { nth: random.whole(1, BUSY_STEPS) });
  const under = busyness(world, random).map(doing =>
    doing().catch(error => {
      if (!(error instanceof ProcessGone)) throw error;
    }),
  );
  if (!byStep) await sleep(random.whole(0, BUSY_MS));
  else await Promise.all(under);
  await world.process.kill();
  await Promise.all(under);
  await recover(world);
}

function busyness(world: World, random: Seeded): Array<() => Promise<unknown>> {
  const doings: Array<() => Promise<unknown>> = [];
  for (let orders = random.whole(1, 6); orders > 0; orders -= 1) {
    const order = world.order(random.pick(['ada', 'grace']));
    const cancels = random.isTrue(0.3);
    doings.push(async () => {
      const answer = await world.ask(order);
      if (cancels && answer.status === 202)
        await world.ask(world.orderCancel(answer.runId, order.person));
    });
    if (random.isTrue(0.3)) doings.push(() => world.ask(order)); // a double click
  }
  for (const endpoint of ENDPOINTS) {
    if (!random.isTrue(0.5)) continue;
    const order = world.orderChange(
      random.isTrue(0.3)
        ? promotion(endpoint)
        : canary(endpoint, random.whole(0, 40)),
    );
    doings.push(() => world.ask(order));
    if (random.isTrue(0.3)) doings.push(() => world.ask(order));
    if (random.isTrue(0.3)) {
      // Never the same: of two that want the same, and got no answer, nobody could tell which one was made.
      const other = world.orderChange(canary(endpoint, random.whole(41, 80)));
      doings.push(() => world.ask(other));
    }
  }
  for (const fault of [
    LOST_ANSWER,
    LOST_REQUEST,
    LOST_CHANGE,
    LOST_CHANGE_REQUEST,
  ])
    if (random.isTrue(0.3))
      doings.unshift(() => world.simulators.databricks.fault(fault));
  if (random.isTrue(0.5)) doings.push(() => world.process.call('seal'));
  doings.push(async () => {
    for (let looks = random.whole(0, 3); looks > 0; looks -= 1) {
      await world.later(random.whole(1, 70) * 1_000);
      await world.process.call('tick');
      await finishJobs(world.simulators);
    }
  });
  return doings;
}

async function begin(world: World, scenario: Scenario): Promise<void> {
  await world.later(scenario.cold ? ALL_CACHES_OVER_MS : FORMS_OVER_MS);
  if (scenario.changes) await world.serving.reset();
  await scenario.prepare?.(world);
}

/** What happens after a crash: the process is started again, people ask again, and time passes. */
async function recover(world: World): Promise<void> {
  await world.simulators.databricks.clearFaults();
  await world.start();
  await world.askAgain();
  await world.comeToRest();
}

async function untilDead(world: World, doing: Promise<unknown>): Promise<void> {
  const survived = await doing.then(
    () => true,
    error => {
      if (error instanceof ProcessGone) return false;
      throw error;
    },
  );
  if (survived)
    throw new Error('The process did not come to the step it was to die at');
  await world.process.gone;
}
