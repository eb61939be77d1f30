import { randomUUID } from 'node:crypto';
import { ERROR_CODES } from 'backstage-plugin-modelops-common';
import {
  PlatformError,
  type Credential,
  type JobReading,
  type KnownJob,
  type PlatformCall,
  type PlatformConnection,
} from 'backstage-plugin-modelops-node';
import { Elsewhere } from './Elsewhere';
import type {
  ContractCaller,
  ContractCapability,
  PlatformUnderTest,
} from './PlatformUnderTest';
import { knownJob, type NamedJob, type NewJob } from './knownJob';
import { TokenWatch } from './TokenWatch';

/** Members of `PlatformUnderTest` that may be left out. */
const OPTIONAL_MEMBERS = [
  'plantJobs',
  'moveJob',
  'settleJob',
  'forgetJob',
  'repeatPages',
  'missingResource',
  'invalidParameters',
  'nobodyListens',
] as const satisfies readonly ContractCapability[];

/** Longest a call may take that nobody hurries, in milliseconds. */
const CALL_DEADLINE_MS = 20_000;

/** Where the rules meet the platform under test: makes calls, and checks on each what holds for all of them. */
export class ContractBench {
  private opened?: Required<PlatformUnderTest>;
  private readonly credentials = new Map<ContractCaller, Credential>();
  private readonly watch = new TokenWatch();
  readonly elsewhere = new Elsewhere();

  /** @param notApplicable - what the platform lacks, and why */
  constructor(private readonly notApplicable: ReadonlyMap<string, string>) {}

  async open(underTest: PlatformUnderTest): Promise<void> {
    // What is left out is declared as not applicable, so no rule that needs it runs.
    this.opened = underTest as Required<PlatformUnderTest>;
    for (const member of OPTIONAL_MEMBERS) {
      const there = underTest[member] !== undefined;
      if (there === this.notApplicable.has(member))
        throw new Error(
          there
            ? `'${member}' is there: take it out of notApplicable`
            : `'${member}' is missing: add it, or say in notApplicable why the platform has nothing like it`,
        );
    }
    await this.elsewhere.open();
  }

  get underTest(): Required<PlatformUnderTest> {
    if (!this.opened) throw new Error('The platform under test did not start');
    return this.opened;
  }

  async reset(): Promise<void> {
    this.credentials.clear();
    this.watch.clear();
    this.elsewhere.takeCalls();
    await this.underTest.reset();
  }

  async close(): Promise<void> {
    await this.elsewhere.close();
    await this.opened?.close();
  }

  connect(connection = this.underTest.connection): PlatformConnection {
    return this.underTest.platform.connect(connection);
  }

  async call(
    caller: ContractCaller,
    signal = AbortSignal.timeout(CALL_DEADLINE_MS),
  ): Promise<PlatformCall> {
    const credential =
      this.credentials.get(caller) ?? (await this.underTest.credential(caller));
    this.credentials.set(caller, credential);
    this.watch.seen(credential.accessToken.reveal());
    return { credential, signal };
  }

  /** A start that nobody made yet. */
  newJob(change: Partial<NewJob> = {}): NewJob {
    return { ...this.underTest.job, runId: randomUUID(), ...change };
  }

  async start(job = this.newJob(), caller: ContractCaller = 'person') {
    return this.connect().start(await this.call(caller), job);
  }

  /** A job that runs and is known by its platform run id. */
  async startNamed(job = this.newJob()): Promise<NamedJob> {
    const { platformRunId } = await this.start(job);
    return knownJob({ ...job, platformRunId });
  }

  /** A start that the platform took and whose answer was lost. */
  async startLost(job = this.newJob()): Promise<KnownJob> {
    await this.underTest.spoil('start', {
      kind: 'lost',
      committed: true,
      times: 1,
    });
    expect((await this.failureOf(this.start(job))).refused).toBe(false);
    return knownJob(job);
  }

  /** Jobs that were made without the module and that the backend knows. */
  async plantNamed(count: number): Promise<NamedJob[]> {
    const jobs = Array.from({ length: count }, () => this.newJob());
    const ids = await this.underTest.plantJobs(
      jobs.map(({ runId }) => ({ by: 'person', runId })),
    );
    return jobs.map((job, at) => knownJob({ ...job, platformRunId: ids[at] }));
  }

  /** Reads jobs as the portal does. There is an answer for each, and nothing is started on the way. */
  async read(
    jobs: readonly KnownJob[],
    signal?: AbortSignal,
  ): Promise<JobReading[]> {
    const call = await this.call('reader', signal);
    const started = await this.underTest.requestCount('start');
    const readings = await this.connect().readJobs(call, jobs);
    expect(await this.underTest.requestCount('start')).toBe(started);
    expect([...readings.keys()].sort()).toEqual(
      jobs.map(({ runId }) => runId).sort(),
    );
    this.watch.requireNoToken([...readings.values()]);
    return jobs.map(({ runId }) => readings.get(runId)!);
  }

  /** What is said of one job: its state, or why there is none. */
  async stateOf(job: KnownJob): Promise<string> {
    const [reading] = await this.read([job]);
    return reading.kind === 'found' ? reading.state : reading.kind;
  }

  /** Reads jobs of which there may be none to read: what is said of each, or of all what the error said. */
  async kindsOf(jobs: readonly KnownJob[]): Promise<string[]> {
    try {
      return (await this.read(jobs)).map(({ kind }) => kind);
    } catch (error) {
      const { code } = this.requireTyped(error);
      return jobs.map(() => code);
    }
  }

  async cancel(job: NamedJob, caller: ContractCaller = 'person') {
    return this.connect().cancel(await this.call(caller), job);
  }

  /** The error of something that has to fail. */
  async failureOf(doing: Promise<unknown>): Promise<PlatformError> {
    return this.requireTyped(await this.watch.failureOf(doing));
  }

  /** Requests that doing something takes; credentials are there before. */
  async requestsOf(doing: () => Promise<unknown>): Promise<number> {
    await this.call('person');
    await this.call('reader');
    const before = await this.underTest.requestCount();
    await doing();
    return (await this.underTest.requestCount()) - before;
  }

  /** An error the backend can show: of our kind, with a code of ours, naming the connection, and without a token. */
  requireTyped(error: unknown): PlatformError {
    if (!(error instanceof PlatformError)) throw error;
    expect(Object.keys(ERROR_CODES)).toContain(error.code);
    expect(error.connection).toBe(this.underTest.connection.id);
    this.watch.requireNoToken(error);
    return error;
  }
}
