import type {
  TestDatabaseId,
  TestDatabases,
} from '@backstage/backend-test-utils';
import type { ErrorCode, Run } from 'backstage-plugin-modelops-common';
import {
  type SimulatedRun,
  type Simulators,
  type StartSimulatorsOptions,
  TcpProxy,
  type WireEffect,
} from 'modelops-simulators';
import { type Portal, startPortal, useSimulators } from './portal';

const MEGABYTE = 1024 * 1024;
/** Far above the second that three attempts take, far below any deadline. */
const SOON_MS = 5_000;
/** Bytes that may lie in the buffers of the sockets between the proxy and us; on Linux some 4 MB were seen. */
const BUFFERED_BYTES = 12 * MEGABYTE;

/** The requests to Databricks, by how their line begins. */
export const WIRE = {
  token: 'POST /oidc/v1/token ',
  whoAmI: 'GET /api/2.0/preview/scim/v2/Me ',
  job: 'GET /api/2.2/jobs/get?',
  runNow: 'POST /api/2.2/jobs/run-now ',
  run: 'GET /api/2.2/jobs/runs/get?',
  runs: 'GET /api/2.2/jobs/runs/list?',
  cancel: 'POST /api/2.2/jobs/runs/cancel ',
  output: 'GET /api/2.2/jobs/runs/get-output?',
} as const;

/** Ways a connection can break. */
export const BREAKS = {
  /** While the request is sent. */
  LOST: { effect: 'reset', after: { of: 'request', bytes: 100 } },
  /** When the server has done its work. */
  UNANSWERED: { effect: 'reset', after: { of: 'answer', bytes: 0 } },
  /** In the answer. */
  CUT: { effect: 'reset', after: { of: 'answer body', bytes: 5 } },
} as const satisfies Record<string, WireEffect>;

/** An answer that says it has 200 MB, and has. */
export const FLOOD: WireEffect = { effect: 'flood', bytes: 200 * MEGABYTE };

/** A portal whose way to Databricks leads through a proxy, which can break what passes. */
export interface WiredPortal extends Portal {
  wire: TcpProxy;
  /** A run as the portal shows it. */
  run(id: string): Promise<Run>;
  /** The jobs at the workspace that carry the id of a run. */
  jobsOf(runId: string): Promise<SimulatedRun[]>;
}

export async function startWiredPortal(options: {
  databases: TestDatabases;
  databaseId: TestDatabaseId;
  simulators: Simulators;
}): Promise<WiredPortal> {
  const wire = await TcpProxy.start(options.simulators.databricks.host);
  const portal = await startPortal({
    ...options,
    config: config => {
      config.modelops.connections['databricks-demo'].host = wire.url;
      return config;
    },
  });
  return {
    ...portal,
    wire,
    run: async id => (await portal.call('ada', 'GET', `/v1/runs/${id}`)).body,
    jobsOf: async runId =>
      (await portal.simulators.databricks.runs()).filter(
        job => job.parameters.modelops_run_id === runId,
      ),
    async close() {
      await portal.close();
      await wire.close();
    },
  };
}

/** A wired portal for each test; after each, everything has to be in order. */
export function useWiredPortal(
  databases: TestDatabases,
  databaseId: TestDatabaseId,
  options?: StartSimulatorsOptions,
): () => WiredPortal {
  const simulators = useSimulators(options);
  let portal: WiredPortal | undefined;
  beforeEach(async () => {
    portal = await startWiredPortal({
      databases,
      databaseId,
      simulators: simulators(),
    });
  });
  afterEach(async () => {
    if (portal) await expectInOrder(portal);
    await portal?.close();
    portal = undefined;
  });
  return () => portal!;
}

/** What comes without anybody having waited for a deadline. */
export async function soon<T>(coming: Promise<T>): Promise<T> {
  const began = Date.now();
  const come = await coming;
  expect(Date.now() - began).toBeLessThan(SOON_MS);
  return come;
}

/** Follows open runs until the log says that they could not be read, and why; a tick does not wait for a slow platform. */
export async function readInVain(
  portal: Portal,
  code: ErrorCode,
): Promise<void> {
  await portal.reconcile();
  const line = `could not be read: ${code}:`;
  while (!portal.logs.some(logged => logged.includes(line)))
    await new Promise(resolve => setTimeout(resolve, 20));
}

/** What only our logs may say of a broken wire: words of Node and undici, addresses, tokens. */
const UNSAFE =
  /ECONN|UND_ERR|undici|fetch failed|socket|AbortError|eyJ[\w-]{20}/;

/** Whatever broke: each request has one closing entry, and no answer and no entry says anything unsafe. */
export async function expectInOrder(portal: Portal): Promise<void> {
  const entries = await portal.entries();
  const requests = new Set(entries.flatMap(entry => entry.requestId ?? []));
  const closed = entries.flatMap(entry =>
    entry.outcome ? entry.requestId : [],
  );
  expect([...closed].sort()).toEqual([...requests].sort());
  const details = entries.map(entry => entry.detail ?? '');
  expect([...portal.answers, ...details].join('\n')).not.toMatch(UNSAFE);
}

/** We hung up near the limit; what the proxy got rid of beyond it lies in the buffers of the sockets. */
export function expectReadUpTo(wire: TcpProxy, limit: number): void {
  expect(wire.bytes.toClient).toBeLessThan(limit + BUFFERED_BYTES);
}
