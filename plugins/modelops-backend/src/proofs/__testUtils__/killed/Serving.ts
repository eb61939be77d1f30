import { isDeepStrictEqual } from 'node:util';
import type { Simulators } from 'modelops-simulators';
import type { RunRow } from '../../../runs/runRow';

/** Endpoints that the demo's fraud detector may change. */
export const ENDPOINTS = ['fraud-detector', 'payments-shared'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

const OURS = 'main.fraud.detector';
/** Another team's, of which nothing may be lost. */
const FOREIGN = { model: 'main.growth.uplift', version: '1', share: 20 };
/** All that the foreign model leaves. */
const OUR_SHARE = 100 - FOREIGN.share;
/** Versions that are there from the beginning, and the one that is deployed as a canary. */
const MAIN = '2';
const SPARE = '1';
const CANARY = '3';
/** Who changes what is served, and the portal's reader. */
const MAKER = 'ada@acme.example';
const READER = '11111111-1111-4111-8111-111111111111';

/** Requests that change what is served; the module says in each for which run it is. */
const WRITES: ReadonlySet<string> = new Set([
  'POST /api/2.0/serving-endpoints',
  ...ENDPOINTS.map(name => `PUT /api/2.0/serving-endpoints/${name}/config`),
]);

/** A change of what an endpoint serves. */
export type Change = { endpoint: Endpoint } & (
  | { operation: 'deploy'; version: typeof CANARY; traffic: number }
  | { operation: 'promote'; version: typeof SPARE }
);

/** A canary gets this share, in percent. */
export function canary(endpoint: Endpoint, traffic: number): Change {
  return { endpoint, operation: 'deploy', version: CANARY, traffic };
}

/** The version that is there and has no traffic gets all of it. */
export function promotion(endpoint: Endpoint): Change {
  return { endpoint, operation: 'promote', version: SPARE };
}

/** What the endpoints serve, counted at the platform: what was sent to them, what they made of it, and what is left. */
export class Serving {
  /** Number of the config that each had when nothing of ours had changed it, 0 if there was none; empty once counted. */
  private readonly before = new Map<Endpoint, number>();
  /** Runs whose changes were counted before that. */
  private readonly counted = new Set<string>();

  constructor(private readonly databricks: Simulators['databricks']) {}

  /** Puts everything back to how it is before any change of ours. */
  async reset(): Promise<void> {
    for (const endpoint of ENDPOINTS) {
      const { config } = await this.databricks.changeEndpoint(endpoint, {
        serves: [
          FOREIGN,
          { model: OURS, version: MAIN, share: OUR_SHARE },
          { model: OURS, version: SPARE, share: 0 },
        ],
      });
      await this.databricks.setEndpointPermissions(endpoint, {
        [MAKER]: 'CAN_MANAGE',
        [READER]: 'CAN_VIEW',
      });
      this.before.set(endpoint, config!.version);
    }
  }

  /** From here on there is no such endpoint. */
  async remove(endpoint: Endpoint): Promise<void> {
    await this.databricks.forgetEndpoint(endpoint);
    this.before.set(endpoint, 0);
  }

  /** Lets what is rolled out go live. */
  async finish(): Promise<void> {
    for (const { name, update } of await this.databricks.endpoints())
      if (update === 'IN_PROGRESS') await this.databricks.finishUpdate(name);
  }

  /** What an administrator does when the log says that the reader may not look: its maker died before it could. */
  async letReaderLook(): Promise<void> {
    for (const { name, creator } of await this.databricks.endpoints())
      if (creator === MAKER)
        await this.databricks.setEndpointPermissions(name, {
          [READER]: 'CAN_VIEW',
        });
  }

  /** Whether a change of this endpoint is being rolled out. */
  async isChanging(endpoint: Endpoint): Promise<boolean> {
    const found = await this.databricks.endpoint(endpoint);
    return found?.update === 'IN_PROGRESS';
  }

  /** What is wrong when all has come to rest; empty if nothing is. */
  async violations(runs: readonly RunRow[]): Promise<string[]> {
    if (this.before.size === 0) return [];
    const changes = runs.filter(
      run => run.operation !== 'start' && !this.counted.has(run.run_id),
    );
    const problems = await this.sendingProblems(changes);
    for (const endpoint of ENDPOINTS) {
      const made = changes
        .filter(run => run.state === 'succeeded')
        .filter(run => run.resource === `endpoint/${endpoint}`)
        .sort((one, other) => numberOf(one) - numberOf(other));
      problems.push(...(await this.endpointProblems(endpoint, made)));
    }
    this.before.clear();
    for (const { run_id: id } of changes) this.counted.add(id);
    return problems;
  }

  /** Each change was sent at most once, and exactly once if its run says that it is live. */
  private async sendingProblems(changes: readonly RunRow[]): Promise<string[]> {
    const sent = (await this.databricks.requests())
      .filter(({ method, path }) => WRITES.has(`${method} ${path}`))
      .map(({ headers }) => headers['user-agent'] ?? '');
    return changes.flatMap(run => {
      const times = sent.filter(agent => agent.endsWith(run.run_id)).length;
      const succeeded = run.state === 'succeeded';
      const name = `${run.operation} ${run.run_id} (${run.state}, ${run.failure_code})`;
      return [
        ...(times > 1 || (succeeded && times === 0)
          ? [`${name} was sent ${times} times`]
          : []),
        // Nobody else changes anything here, so there is nothing that could not be told.
        ...(run.state === 'lost' ? [`${name} was given up`] : []),
        ...(succeeded === (run.platform_run_id !== null)
          ? []
          : [`${name} names the change ${run.platform_run_id}`]),
      ];
    });
  }

  /** It was changed as often as runs succeeded, and by nothing else; each made the config it names; and it serves what they say. */
  private async endpointProblems(
    endpoint: Endpoint,
    made: readonly RunRow[],
  ): Promise<string[]> {
    const found = await this.databricks.endpoint(endpoint);
    const before = this.before.get(endpoint)!;
    const version = found?.config?.version ?? 0;
    const numbers = made.map(numberOf);
    const expected = made.map((_run, index) => before + 1 + index);
    const served = Object.fromEntries(
      (found?.config?.entities ?? []).map(one => [
        `${one.model} ${one.version}`,
        one.share,
      ]),
    );
    const wanted = before === 0 ? sharesOfNew(made) : sharesAfter(made);
    return [
      ...(found && found.update !== 'NOT_UPDATING'
        ? [`${endpoint} is ${found.update}`]
        : []),
      ...(version === before + made.length &&
      isDeepStrictEqual(numbers, expected)
        ? []
        : [
            `${endpoint} came from config ${before} to ${version}, and runs say they made [${numbers}]`,
          ]),
      ...(isDeepStrictEqual(served, wanted)
        ? []
        : [
            `${endpoint} serves ${JSON.stringify(
              served,
            )}, and not ${JSON.stringify(wanted)}`,
          ]),
    ];
  }
}

/** Shares after these changes, one after the other: a canary takes its share from the version that has the rest. */
function sharesAfter(made: readonly RunRow[]): Record<string, number> {
  let main = MAIN;
  let canaryShare: number | undefined;
  for (const { operation, version, parameters } of made) {
    if (operation === 'deploy') canaryShare = JSON.parse(parameters).traffic;
    else {
      main = version!;
      if (canaryShare !== undefined) canaryShare = 0;
    }
  }
  return {
    [`${FOREIGN.model} ${FOREIGN.version}`]: FOREIGN.share,
    [`${OURS} ${MAIN}`]: 0,
    [`${OURS} ${SPARE}`]: 0,
    ...(canaryShare !== undefined && { [`${OURS} ${CANARY}`]: canaryShare }),
    [`${OURS} ${main}`]: OUR_SHARE - (canaryShare ?? 0),
  };
}

/** Shares of an endpoint that was not there before the first change. */
function sharesOfNew([created]: readonly RunRow[]): Record<string, number> {
  return created ? { [`${OURS} ${CANARY}`]: 100 } : {};
}

/** Number of the config that a run says it made; its change is named `<endpoint>@<number>.<time>`. */
function numberOf({ platform_run_id: id }: RunRow): number {
  return Number(id?.match(/@([0-9]+)\./)?.[1]);
}
