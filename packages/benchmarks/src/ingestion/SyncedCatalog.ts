import type { Simulators } from 'modelops-simulators';
import type { Portal } from '../gate/Portal';

const TASK = 'modelops-ingestion-bench';
/** Longest a sync, or the catalog's own work after it, may take. */
const DEADLINE_MS = 30 * 60_000;
/** Seldom, because to answer costs the backend CPU, too. */
const PAUSE_MS = 1_000;
/** A backend that uses less than this share of a core has nothing left to do. */
const IDLE_SHARE = 0.05;

/** Lists of the platform. What else it is asked for is about one model, or who the caller is. */
const LISTS: ReadonlySet<string> = new Set([
  '/api/2.1/unity-catalog/models',
  '/api/2.0/mlflow/registered-models/search',
  '/api/2.0/serving-endpoints',
]);

/** `catalog` of app-config: syncs run when the benchmark says so, and nothing is processed twice meanwhile. */
export const CATALOG_SETTINGS = {
  processingInterval: { hours: 24 },
  providers: {
    modelops: {
      bench: {
        connection: 'databricks-demo',
        include: ['bulk_*'],
        endpoints: false,
        schedule: {
          frequency: { hours: 24 },
          initialDelay: { hours: 24 },
          timeout: { minutes: 30 },
          scope: 'local',
        },
      },
    },
  },
};

/** What a sync took. */
export interface SyncUsage {
  seconds: number;
  /** Of the backend. */
  cpuMs: number;
  calls: number;
  pages: number;
}

/** A portal whose catalog is filled from a workspace. */
export class SyncedCatalog {
  constructor(
    private readonly portal: Portal,
    private readonly simulators: Simulators,
    private readonly token: string,
  ) {}

  /** One sync, from its trigger to its end. */
  async sync(): Promise<SyncUsage> {
    const asked = await this.simulators.databricks.requestCounts();
    const before = await this.portal.usage();
    const earlier = await this.lastEnd();
    const started = Date.now();
    await this.ask(`tasks/${TASK}/trigger`, 'POST');
    let ended: string | undefined;
    await until(async () => {
      ended = await this.lastEnd();
      return ended !== earlier;
    });
    // The backend says when, so that the pause between two looks does not count.
    const seconds = (Date.parse(ended!) - started) / 1_000;
    const after = await this.portal.usage();
    const counts = await this.simulators.databricks.requestCounts();
    const calls = Object.entries(counts).map(([path, count]) => ({
      isPage: LISTS.has(path),
      count: count - (asked[path] ?? 0),
    }));
    const total = (some: typeof calls) =>
      some.reduce((sum, { count }) => sum + count, 0);
    return {
      seconds,
      cpuMs: after.cpuMs - before.cpuMs,
      calls: total(calls),
      pages: total(calls.filter(({ isPage }) => isPage)),
    };
  }

  /** Names of the first models of the catalog. */
  async names(type: string, limit: number): Promise<string[]> {
    const response = await fetch(
      `${this.portal.url}/api/catalog/entities/by-query?filter=spec.type=${type}&orderField=metadata.name,asc&limit=${limit}`,
      { headers: { authorization: `Bearer ${this.token}` } },
    );
    const { items } = await response.json();
    return items.map(
      ({ metadata }: { metadata: { name: string } }) => metadata.name,
    );
  }

  /** How many entities of a type the catalog shows. */
  async count(type: string): Promise<number> {
    const response = await fetch(
      `${this.portal.url}/api/catalog/entity-facets?facet=spec.type&filter=spec.type=${type}`,
      { headers: { authorization: `Bearer ${this.token}` } },
    );
    const { facets } = await response.json();
    return facets['spec.type'][0]?.count ?? 0;
  }

  /** Waits until the catalog shows so many and rests. */
  async untilShown(type: string, count: number): Promise<void> {
    await until(async () => (await this.count(type)) >= count);
    await until(async () => {
      const before = await this.portal.usage();
      const started = performance.now();
      await new Promise(resolve => setTimeout(resolve, 2_000));
      const { cpuMs } = await this.portal.usage();
      const share = (cpuMs - before.cpuMs) / (performance.now() - started);
      return share < IDLE_SHARE;
    });
  }

  private async lastEnd(): Promise<string | undefined> {
    const { tasks } = await (await this.ask('tasks', 'GET')).json();
    return tasks.find(({ taskId }: { taskId: string }) => taskId === TASK)
      .taskState.lastRunEndedAt;
  }

  private async ask(path: string, method: 'GET' | 'POST'): Promise<Response> {
    const response = await fetch(
      `${this.portal.url}/api/catalog/.backstage/scheduler/v1/${path}`,
      { method, headers: { authorization: `Bearer ${this.token}` } },
    );
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response;
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('It did not end in time');
    await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
  }
}
