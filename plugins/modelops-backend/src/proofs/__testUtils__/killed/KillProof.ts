import type { Simulators } from 'modelops-simulators';
import type { Bundle } from '../bundle';
import type { Seeded } from '../seeded';
import {
  discover,
  killAt,
  killAtRandom,
  killBeforeTheAnswer,
  killFirstStartAt,
  type KillPoint,
  nameOf,
  toDeadly,
} from './killing';
import { CHANGES, TRAININGS } from './scenarios';
import { canary, promotion } from './Serving';
import { World } from './World';
import type { Worlds } from './Worlds';

/** After so many kills the next ones are of a new database, so that looking through all of it stays cheap. */
const KILLS_PER_WORLD = 25;

/** Kills a portal again and again, and counts after each time. Throws at the first count that is wrong. */
export class KillProof {
  private world?: World;
  /** How often it was killed. */
  kills = 0;

  constructor(
    private readonly simulators: Simulators,
    private readonly bundle: Bundle,
    private readonly worlds: ReturnType<Worlds['of']>,
  ) {}

  /** At every step there is, up to so many times within one scenario. Gives the points. */
  async killAtEveryStep(mostTimes: number): Promise<KillPoint[]> {
    const first = await this.newWorld();
    await first.start();
    const firstStart = toDeadly(await first.process.call('takeSteps'));
    const points = await discover(first, TRAININGS, mostTimes);
    await first.process.call('keepCompiled');
    // In a world of their own: closed trainings are still looked for now and then, which is no step of a change.
    const second = await this.newWorld();
    await second.start();
    points.push(...(await discover(second, CHANGES, mostTimes)));

    for (const deadly of firstStart) {
      const world = await this.newWorld();
      await this.kill(world, `the first start, ${nameOf(deadly)}`, () =>
        killFirstStartAt(world, deadly),
      );
    }
    for (const point of points) {
      const world = await this.servingWorld();
      const name = `${point.scenario.name}, ${nameOf(point.deadly)}`;
      await this.kill(world, name, () => killAt(world, point));
    }
    for (const change of [
      canary('fraud-detector', 10),
      promotion('payments-shared'),
    ]) {
      const world = await this.servingWorld();
      await this.kill(world, `${change.operation} without an answer`, () =>
        killBeforeTheAnswer(world, change),
      );
    }
    return points;
  }

  async killAtRandom(kills: number, random: Seeded): Promise<void> {
    for (let kill = 1; kill <= kills; kill += 1) {
      const world = await this.servingWorld();
      const name = `random kill ${kill}, MODELOPS_SEED=${random.seed}`;
      await this.kill(world, name, () => killAtRandom(world, random));
    }
  }

  async end(): Promise<void> {
    await this.world?.process.kill();
  }

  private async kill(
    world: World,
    name: string,
    kill: () => Promise<void>,
  ): Promise<void> {
    try {
      await kill();
      this.kills += 1;
      // A thousand take ten minutes; somebody may be watching.
      if (this.kills % 250 === 0) process.stderr.write(`${name}\n`);
      await this.count(world);
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`);
    }
  }

  private async count(world: World): Promise<void> {
    const violations = await world.violations();
    if (violations.length > 0) throw new Error(violations.join('\n'));
  }

  private async servingWorld(): Promise<World> {
    if (this.world && this.kills % KILLS_PER_WORLD !== 0) return this.world;
    const world = await this.newWorld();
    await world.start();
    return world;
  }

  private async newWorld(): Promise<World> {
    await this.end();
    const { idp, databricks } = this.simulators;
    await idp.reset();
    await databricks.reset();
    // A start that is sent twice has to be two jobs, and not one by the platform's kindness.
    await databricks.setIdempotency(false);
    this.world = new World(
      this.simulators,
      this.bundle,
      await this.worlds.create(),
    );
    return this.world;
  }
}
