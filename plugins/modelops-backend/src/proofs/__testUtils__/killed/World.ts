import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@backstage/types';
import {
  isTerminal,
  type RunState,
  type StartRunRequest,
} from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import type { Person, Simulators } from 'modelops-simulators';
import type { Answer } from '../BarePortal';
import type { Bundle } from '../bundle';
import { ChildProcess } from '../ChildProcess';
import { type Evidence, gather } from '../Evidence';
import { finishJobs } from '../finishJobs';
import { unlimitedConfig, withOtherRoles } from '../unlimitedConfig';
import { closingsByRequest, restViolations } from '../violations';
import type { ChildCalls, WitnessedEntry } from './child';
import { type Change, Serving } from './Serving';

/** A database of its own, for the child and for the test beside it. */
export interface WorldDatabase {
  /** For the test's own looks. */
  db: Knex;
  /** How the child opens it. */
  config: Knex.Config;
  /** For files. */
  folder: string;
}

/** What a person wants, and what came of asking for it. */
interface Order {
  person: Person;
  /** With the same key again it is the same order. */
  ask(asking: {
    person: string;
    idToken: string;
    traceId: string;
  }): Promise<Answer>;
  attempts: Array<{ traceId: string; answer?: Answer }>;
}

/** A step in time that is longer than a lease, every pause of the reconciler and the never-sent window, in milliseconds. */
const TIME_STEP_MS = 305_000;
/** After this many of them every run is closed. */
const MOST_TIME_STEPS = 5;

const ENTITIES: Partial<Record<Person, string>> = {
  ada: 'resource:default/fraud-detector',
  grace: 'resource:default/growth-uplift',
};

/** People who want runs, one portal that is killed and started again, and a platform that counts. */
export class World {
  private child!: ChildProcess<ChildCalls>;
  private readonly orders: Order[] = [];
  private shiftMs = 0;
  private lastKey = 0;
  private config: JsonObject;
  /** What the platform serves. */
  readonly serving: Serving;

  constructor(
    readonly simulators: Simulators,
    private readonly bundle: Bundle,
    private readonly database: WorldDatabase,
  ) {
    this.serving = new Serving(simulators.databricks);
    const file = join(database.folder, 'checkpoints');
    this.config = unlimitedConfig(simulators, {
      checkpoints: { sinks: { file: { file } } },
    });
  }

  /** Starts a process that has loaded its code, and has not opened anything. */
  async boot(): Promise<void> {
    this.child = ChildProcess.start<ChildCalls>(this.bundle);
    await this.child.call('shiftDate', this.shiftMs);
  }

  open(): Promise<void> {
    const { config, folder } = this.database;
    return this.child.call('open', {
      knex: config,
      config: this.config,
      witnessFile: join(folder, 'witnessed.jsonl'),
      logFile: join(folder, 'log'),
    });
  }

  /** Somebody edits the roles in app-config. */
  editRoles(): Promise<void> {
    this.config = withOtherRoles(this.config);
    return this.child.call('reload', this.config);
  }

  /** Starts a process that serves. */
  async start(): Promise<void> {
    await this.boot();
    await this.open();
  }

  /** The process that runs now. */
  get process(): ChildProcess<ChildCalls> {
    return this.child;
  }

  /** Asks for a training with a key that nobody has used yet. */
  order(person: Person = 'ada'): Order {
    return this.orderRun(person, trainingOf(ENTITIES[person]!));
  }

  /** Asks to change what is served, with a key that nobody has used yet. */
  orderChange(change: Change): Order {
    return this.orderRun('ada', requestOf(change));
  }

  private orderRun(person: Person, request: StartRunRequest): Order {
    this.lastKey += 1;
    const key = `world-key-${String(this.lastKey).padStart(10, '0')}`;
    return this.keep({
      person,
      ask: asking => this.child.call('start', asking, key, request),
      attempts: [],
    });
  }

  /** Asks to cancel what was ordered. */
  orderCancel(runId: string, person: Person = 'ada'): Order {
    return this.keep({
      person,
      ask: asking => this.child.call('cancel', asking, runId),
      attempts: [],
    });
  }

  /** Rejects with ProcessGone if the process dies before it answers. */
  async ask(order: Order): Promise<Answer> {
    const attempt: Order['attempts'][number] = {
      traceId: randomBytes(16).toString('hex'),
    };
    order.attempts.push(attempt);
    const idToken = await this.simulators.idp.signIdToken(order.person);
    attempt.answer = await order.ask({
      person: order.person,
      idToken,
      traceId: attempt.traceId,
    });
    return attempt.answer;
  }

  /** Everybody who got no answer asks again, as a browser does whose connection broke. */
  async askAgain(): Promise<void> {
    const open = this.orders.filter(
      ({ attempts }) => !attempts.some(({ answer }) => answer),
    );
    await Promise.all(open.map(order => this.ask(order)));
  }

  async later(ms: number): Promise<void> {
    this.shiftMs += ms;
    const seconds = this.shiftMs / 1_000;
    await Promise.all([
      this.child.call('shiftDate', this.shiftMs),
      this.simulators.idp.setClockOffset(seconds),
      this.simulators.databricks.setClockOffset(seconds),
    ]);
  }

  /** Lets the platform finish its jobs and changes, and time pass, until no run is open. */
  async comeToRest(): Promise<void> {
    for (let steps = 0; steps <= MOST_TIME_STEPS; steps += 1) {
      await finishJobs(this.simulators);
      await this.serving.finish();
      await this.serving.letReaderLook();
      await this.child.call('tick');
      const open = (await this.database.db('runs').select('state')).filter(
        ({ state }) => !isTerminal(state as RunState),
      );
      if (open.length === 0) return;
      await this.later(TIME_STEP_MS);
    }
  }

  /** What is wrong when all has come to rest; empty if nothing is. */
  async violations(): Promise<string[]> {
    const evidence = await gather(this.database.db, this.simulators);
    const verification = await this.child.call('verify');
    return [
      ...restViolations(evidence),
      ...(await this.serving.violations(evidence.runs)),
      ...(verification.intact ? [] : [verification.problem!.message]),
      ...(await this.lostEntries(evidence)),
      ...this.orders.flatMap(order => orderViolations(order, evidence)),
      // Nothing but a pause of a process that lives on can make a job late.
      ...evidence.entries
        .filter(entry => entry.code === 'run.late')
        .map(entry => `run ${entry.runId} has a late job`),
    ];
  }

  /** Entries that a process saw committed before it died, and that are gone. */
  private async lostEntries({ stored }: Evidence): Promise<string[]> {
    const file = join(this.database.folder, 'witnessed.jsonl');
    const witnessed = await readFile(file, 'utf8').catch(() => ''); // none: it died before its first commit
    const hashes = new Map(stored.map(entry => [entry.sequence, entry.hash]));
    return witnessed
      .split('\n')
      .filter(line => line)
      .map(line => JSON.parse(line) as WitnessedEntry)
      .filter(({ sequence, hash }) => hashes.get(sequence) !== hash)
      .map(({ sequence }) => `entry ${sequence} is lost`);
  }

  private keep(order: Order): Order {
    this.orders.push(order);
    return order;
  }
}

/** Each attempt that was answered has one closing entry, and all that were promised a run were promised the same one. */
function orderViolations(order: Order, { entries }: Evidence): string[] {
  const closed = closingsByRequest(entries);
  const answered = order.attempts.filter(({ answer }) => answer);
  const promised = new Set(
    answered.flatMap(({ answer }) =>
      answer?.status === 202 ? [answer.runId] : [],
    ),
  );
  return [
    ...answered
      .filter(({ traceId }) => {
        const entry = entries.find(candidate => candidate.traceId === traceId);
        return closed.get(entry?.requestId ?? '')?.length !== 1;
      })
      .map(({ traceId }) => `request ${traceId} was not closed once`),
    ...(promised.size > 1 ? [`one order has runs ${[...promised]}`] : []),
  ];
}

function trainingOf(entityRef: string): StartRunRequest {
  return { entityRef, action: 'train', operation: 'start', parameters: {} };
}

function requestOf(change: Change): StartRunRequest {
  const { endpoint, operation, version } = change;
  return {
    entityRef: ENTITIES.ada!,
    action: operation === 'deploy' ? 'deploy' : 'serve',
    operation,
    version,
    target: `databricks-demo:endpoint/${endpoint}`,
    parameters: operation === 'deploy' ? { traffic: change.traffic } : {},
  };
}
