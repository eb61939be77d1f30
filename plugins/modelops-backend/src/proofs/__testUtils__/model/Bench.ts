import { randomBytes } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import type { JsonObject } from '@backstage/types';
import { isTerminal, type RunState } from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import type { Person, SimulatedRun, Simulators } from 'modelops-simulators';
import type { RunRow } from '../../../runs/runRow';
import { BarePortal } from '../BarePortal';
import { type Evidence, gather } from '../Evidence';
import { finishJobs } from '../finishJobs';
import { shiftDate } from '../shiftedDate';
import { restViolations, violations } from '../violations';
import { Gate, type Held } from './Gate';
import { gatedPlatform } from './gatedPlatform';

/** A replica that may be replaced by another one. */
interface Replica {
  portal: BarePortal;
  gate: Gate;
}

/** What a replica does and did not finish, because it is held. */
interface HeldDoing {
  replica: number;
  held: Held;
  done: Promise<unknown>;
}

/** Longer than a lease and than every pause of the reconciler, in milliseconds. */
const TIME_STEP_MS = 125_000;
/** Longer than the pause between two looks for a late job, in milliseconds. */
const WATCH_STEP_MS = 11 * 60_000;

/** Two replicas on one database before one platform, and everything that is to be true of them all the time. */
export class Bench {
  private readonly replicas: Replica[] = [];
  private readonly held: HeldDoing[] = [];
  private readonly problems: string[] = [];
  private readonly ended = new Map<string, string>();
  private readonly jobs = new Map<string, SimulatedRun>();
  private readonly pausedInCall = new Set<string>();
  private shiftMs = 0;

  private constructor(
    readonly simulators: Simulators,
    private readonly db: Knex,
    readonly config: JsonObject,
  ) {}

  static async open(
    simulators: Simulators,
    db: Knex,
    config: JsonObject,
  ): Promise<Bench> {
    await simulators.idp.reset();
    await simulators.databricks.reset();
    // A start that is sent twice has to be two jobs, and not one by the platform's kindness.
    await simulators.databricks.setIdempotency(false);
    shiftDate(0);
    const bench = new Bench(simulators, db, config);
    for (const replica of [0, 1]) await bench.restart(replica);
    return bench;
  }

  /** Does something on a replica until it has ended, or stopped at the point. */
  async perform(
    replica: number,
    doing: (portal: BarePortal) => Promise<unknown>,
    point?: string,
  ): Promise<void> {
    const { portal } = this.replicas[replica];
    await this.untilHeld(replica, () => doing(portal), point);
  }

  /** Asks for a token as the person has it now, and says whom an answer is for. */
  async askingOf(person: Person) {
    return {
      person,
      idToken: await this.simulators.idp.signIdToken(person),
      traceId: randomBytes(16).toString('hex'),
    };
  }

  /** One of those that are held goes on, to its end or to the point. */
  async goOn(index: number, point?: string): Promise<void> {
    const at = index % this.held.length;
    const [{ replica, held, done }] = this.held.splice(at, 1);
    await this.untilHeld(
      replica,
      () => {
        held.release();
        return done;
      },
      point,
    );
  }

  /** What the replica does ends where it is, and another one takes its place. */
  async crash(replica: number): Promise<void> {
    this.replicas[replica].gate.crash();
    for (let at = this.held.length - 1; at >= 0; at -= 1)
      if (this.held[at].replica === replica) this.held.splice(at, 1);
    await this.restart(replica);
  }

  async later(ms: number): Promise<void> {
    this.shiftMs += ms;
    shiftDate(this.shiftMs);
    const seconds = this.shiftMs / 1_000;
    await this.simulators.idp.setClockOffset(seconds);
    await this.simulators.databricks.setClockOffset(seconds);
  }

  get heldDoings(): number {
    return this.held.length;
  }

  rows(): Promise<RunRow[]> {
    return this.db<RunRow>('runs').orderBy(['requested_at', 'run_id']);
  }

  problem(text: string): void {
    this.problems.push(text);
  }

  /** Throws if anything is not as it has to be at any time. */
  async look(): Promise<void> {
    const evidence = await this.gather();
    for (const { run_id: id, state } of evidence.runs) {
      const before = this.ended.get(id);
      if (before && before !== state)
        this.problem(`run ${id} was ${before} and is ${state}`);
      if (isTerminal(state as RunState)) this.ended.set(id, state);
    }
    this.throwIf([...this.problems, ...violations(evidence)]);
  }

  /** Lets everything come to its end, and throws if anything is not as it has to be then. */
  async comeToRest(): Promise<void> {
    await this.simulators.databricks.clearFaults();
    while (this.held.length > 0) await this.goOn(0);
    for (let step = 0; step < 8; step += 1) {
      await finishJobs(this.simulators);
      await this.tickAll();
      const open = (await this.rows()).filter(
        ({ state }) => !isTerminal(state as RunState),
      );
      if (open.length === 0) break;
      await this.later(TIME_STEP_MS);
    }
    await this.later(WATCH_STEP_MS);
    await this.tickAll();
    await this.look();
    const evidence = await this.gather();
    this.throwIf([
      ...restViolations(evidence),
      // Nothing but a pause inside the call itself can make a job late.
      ...evidence.entries
        .filter(
          ({ code, runId }) =>
            code === 'run.late' && !this.pausedInCall.has(runId!),
        )
        .map(({ runId }) => `run ${runId} has a late job without a pause`),
    ]);
  }

  private async untilHeld(
    replica: number,
    doing: () => Promise<unknown>,
    point: string | undefined,
  ): Promise<void> {
    const { gate } = this.replicas[replica];
    const stopped = point === undefined ? [] : [gate.hold(point)];
    const done = doing();
    const held = await Promise.race([done.then(() => undefined), ...stopped]);
    gate.disarm();
    if (held) this.held.push({ replica, held, done });
  }

  private async tickAll(): Promise<void> {
    for (const { portal } of this.replicas) await portal.tick();
  }

  private async restart(replica: number): Promise<void> {
    const gate = new Gate();
    const portal = await BarePortal.open({
      knex: this.db,
      config: this.config,
      logger: mockServices.logger.mock(),
      pass: gate.pass,
      around: platform =>
        gatedPlatform(platform, {
          before: (method, args) =>
            method === 'start'
              ? this.beforeStart(args, gate)
              : gate.pass(`before ${method}`),
          after: method => gate.pass(`after ${method}`),
        }),
    });
    this.replicas[replica] = { portal, gate };
  }

  /** Before anything is sent, the run and who the platform will see are committed. */
  private async beforeStart(args: unknown[], gate: Gate): Promise<void> {
    const [, { runId }] = args as [unknown, { runId: string }];
    const entries = await this.db('audit_entries')
      .where({ run_id: runId })
      .pluck('code');
    for (const code of ['run.requested', 'run.exchanged'])
      if (!entries.includes(code))
        this.problem(`run ${runId} is sent without an entry ${code}`);
    if (await gate.pass('before start')) this.pausedInCall.add(runId);
  }

  /** Jobs that the platform has forgotten were there all the same. */
  async gather(): Promise<Evidence> {
    const evidence = await gather(this.db, this.simulators);
    for (const job of evidence.jobs) this.jobs.set(job.runId, job);
    return { ...evidence, jobs: [...this.jobs.values()] };
  }

  private throwIf(problems: string[]): void {
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }
}
