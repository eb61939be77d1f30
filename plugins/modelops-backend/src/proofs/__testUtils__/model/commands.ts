import fc, { type AsyncCommand } from 'fast-check';
import type { Bench } from './Bench';
import type { Model } from './Model';
import { type Fate, Start } from './Start';
import { rolesWithoutTraining } from './roles';

type Doing = (bench: Bench, model: Model) => Promise<unknown>;

/** A command that may need something to be there. */
class Command implements AsyncCommand<Model, Bench> {
  constructor(
    private readonly text: string,
    private readonly doing: Doing,
    private readonly needs: (model: Model) => boolean = () => true,
  ) {}

  check(model: Readonly<Model>): boolean {
    return this.needs(model);
  }

  async run(model: Model, bench: Bench): Promise<void> {
    await this.doing(bench, model);
    await model.look(bench);
  }

  toString(): string {
    return this.text;
  }
}

const replica = fc.nat(1);
const index = fc.nat(5);
const fate = fc.constantFrom<Fate[]>(
  'answered',
  'answered',
  'answer lost',
  'request lost',
);
/** Where a start can stop that holds up nobody else's; before and in each of its steps. */
const START_POINTS = [
  'before a change',
  'after run.requested',
  'before run.exchanged',
  'after run.exchanged',
  'before start',
  'before start',
  'after start',
  'after run.submitted',
];
const TICK_POINTS = ['before readJobs', 'after readJobs', 'before a change'];
const CANCEL_POINTS = [
  'before a change',
  'after run.cancel-requested',
  'after cancel',
];
/** Shorter and longer than pauses, lease, never-sent window and the life of forms and documents, in milliseconds. */
const TIMES_MS = [3_000, 20_000, 61_000, 125_000, 301_000, 20 * 60_000];

const start = (holdAt: fc.Arbitrary<string | undefined>) =>
  fc
    .record({
      replica,
      person: fc.constantFrom('ada' as const, 'grace' as const),
      key: fc.nat(2),
      epochs: fc.constantFrom(3, 3, 3, 4),
      fate,
      holdAt,
    })
    .map(plan => new Start(plan));

const tick = (holdAt: fc.Arbitrary<string | undefined>) =>
  fc
    .tuple(replica, holdAt)
    .map(
      ([at, point]) =>
        new Command(
          `tick(${at}${point ? `, stops at '${point}'` : ''})`,
          bench => bench.perform(at, portal => portal.tick(), point),
        ),
    );

const cancel = fc
  .tuple(replica, index, fc.option(fc.constantFrom(...CANCEL_POINTS)))
  .map(
    ([at, run, point]) =>
      new Command(
        `cancel(run ${run}, on ${at}${point ? `, stops at '${point}'` : ''})`,
        async bench => {
          const rows = await bench.rows();
          const { run_id: runId, started_by: by } = rows[run % rows.length];
          const asking = await bench.askingOf(
            by.endsWith('ada') ? 'ada' : 'grace',
          );
          await bench.perform(
            at,
            portal => portal.cancel(asking, runId),
            point ?? undefined,
          );
        },
        model => model.runs > 0,
      ),
  );

const progress = fc
  .tuple(
    index,
    fc.constantFrom(
      'RUNNING' as const,
      'SUCCESS' as const,
      'RUN_EXECUTION_ERROR' as const,
      'forgotten' as const,
    ),
  )
  .map(
    ([at, to]) =>
      new Command(`platform(job ${at} ${to})`, async bench => {
        const { databricks } = bench.simulators;
        const jobs = await databricks.runs();
        const job = jobs[at % Math.max(jobs.length, 1)];
        if (!job) return;
        if (to === 'forgotten') {
          // Nobody can tell a job that was forgotten before anybody knew it from one that never was.
          const rows = await bench.rows();
          if (rows.some(row => row.platform_run_id === job.runId))
            await databricks.forgetRun(job.runId);
        } else if (to === 'RUNNING') {
          if (job.state === 'PENDING' || job.state === 'QUEUED')
            await databricks.advanceRun(job.runId, { to });
        } else
          await databricks.advanceRun(job.runId, {
            to: 'TERMINATED',
            code: to,
          });
      }),
  );

const later = fc
  .constantFrom(...TIMES_MS)
  .map(ms => new Command(`later(${ms / 1_000} s)`, bench => bench.later(ms)));

const goOn = fc.tuple(index, fc.option(fc.constantFrom(...START_POINTS))).map(
  ([at, point]) =>
    new Command(
      `goOn(${at}${point ? `, stops at '${point}'` : ''})`,
      bench => bench.goOn(at, point ?? undefined),
      model => model.held > 0,
    ),
);

const crash = replica.map(
  at =>
    new Command(`crash(${at})`, async (bench, model) => {
      await bench.crash(at);
      model.adaMayTrain[at] = true;
    }),
);

const outage = fc.constant(
  new Command('outage begins or ends', async ({ simulators }, model) => {
    model.outage = !model.outage;
    await simulators.databricks.clearFaults();
    if (model.outage)
      await simulators.databricks.fault({
        path: '/*',
        effect: 'status',
        status: 500,
      });
  }),
);

const reload = fc.tuple(replica, fc.boolean()).map(
  ([at, may]) =>
    new Command(
      `roles(on ${at}, ada ${may ? 'may' : 'may not'} train)`,
      async (bench, model) => {
        await bench.perform(at, portal =>
          portal.reload(
            may ? bench.config : rolesWithoutTraining(bench.config),
          ),
        );
        model.adaMayTrain[at] = may;
      },
    ),
);

const seal = replica.map(
  at =>
    new Command(`seal(on ${at})`, bench =>
      bench.perform(at, portal => portal.seal()),
    ),
);

/** A submit that hangs across its lease while somebody else looks, and then goes on; also while that one still looks. */
const pause = fc
  .record({
    paused: start(fc.constantFrom('after run.exchanged', 'before start')),
    ms: fc.constantFrom(61_000, 301_000),
    looker: replica,
    looks: fc.nat(2),
    lookStops: fc.option(fc.constant('after readJobs')),
    goesOnTo: fc.option(fc.constantFrom('before start', 'after start')),
  })
  .map(
    ({ paused, ms, looker, looks, lookStops, goesOnTo }) =>
      new Command(
        `pause(${paused}, ${ms / 1_000} s, ${looks} looks on ${looker}${
          lookStops ? ', the last one held' : ''
        }, goes on to ${goesOnTo ?? 'its end'})`,
        async (bench, model) => {
          const held = bench.heldDoings;
          await paused.run(model, bench);
          await bench.later(ms);
          for (let look = 1; look <= looks; look += 1) {
            const stops = look === looks ? lookStops : undefined;
            await bench.perform(
              looker,
              portal => portal.tick(),
              stops ?? undefined,
            );
            if (look < looks) await bench.later(12_000);
          }
          if (bench.heldDoings > held)
            await bench.goOn(held, goesOnTo ?? undefined);
        },
      ),
  );

/** What can happen, the more often the more lines it has. */
export const COMMANDS = [
  start(fc.constant(undefined)),
  start(fc.constant(undefined)),
  start(fc.constantFrom(...START_POINTS)),
  start(fc.constantFrom(...START_POINTS)),
  pause,
  tick(fc.constant(undefined)),
  tick(fc.constant(undefined)),
  tick(fc.constantFrom(...TICK_POINTS)),
  later,
  later,
  goOn,
  goOn,
  cancel,
  progress,
  crash,
  outage,
  reload,
  seal,
];
