import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Knex } from 'knex';
import type { Simulators } from 'modelops-simulators';
import { type DatabaseUnderTest, openModelops } from '../databases';
import type { Usage, UsageQuestion } from './backend';
import { portalConfig } from './portalConfig';

const START_DEADLINE_MS = 120_000;
const PAUSE_MS = 250;
/** Tasks of the plugin that go on whether anybody asks for anything or not. */
const BACKGROUND_TASKS = ['modelops-follow-runs', 'modelops-seal-audit'];
/** Backstage's table of scheduled tasks. Source: @backstage/backend-defaults, scheduler/database/tables.ts. */
const TASKS_TABLE = 'backstage_backend_tasks__tasks';

/** A real backend in a process of its own, signed in to as Ada. */
export class Portal {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly home: string,
    private readonly db: Knex,
  ) {}

  static async start(
    database: DatabaseUnderTest,
    simulators: Simulators,
    platformToken: string,
    catalog: object = {},
  ): Promise<Portal> {
    const home = await mkdtemp(path.join(os.tmpdir(), 'modelops-portal-'));
    const config = path.join(home, 'app-config.yaml');
    const port = await freePort();
    await writeFile(
      config,
      // JSON is YAML.
      JSON.stringify(
        portalConfig({
          port,
          database: database.config,
          simulators,
          platformToken,
          catalog,
        }),
      ),
    );
    const log = openSync(path.join(home, 'backend.log'), 'a');
    const child = fork(
      path.join(__dirname, 'backend.ts'),
      ['--config', config],
      {
        env: { ...process.env, NODE_ENV: 'development' },
        execArgv: [
          ...process.execArgv,
          '--expose-gc',
          ...(process.env.BENCH_BACKEND_FLAGS?.split(' ') ?? []),
        ],
        stdio: ['ignore', log, log, 'ipc'],
      },
    );
    const url = `http://127.0.0.1:${port}`;
    try {
      await untilReady(`${url}/.backstage/health/v1/readiness`, child);
      const db = await openModelops(database);
      return new Portal(url, child, home, db);
    } catch (error) {
      child.kill('SIGKILL');
      const said = readFileSync(path.join(home, 'backend.log'), 'utf8');
      throw new Error(`${error}. The end of its log:\n${said.slice(-3_000)}`);
    }
  }

  /** Backstage's own token of Ada. The catalog takes a moment until it knows her, her team and her model. */
  async signIn(): Promise<string> {
    const deadline = Date.now() + START_DEADLINE_MS;
    for (;;) {
      const token = await this.trySignIn();
      if (token) return token;
      if (Date.now() > deadline) throw new Error('Nobody can sign in');
      await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
    }
  }

  private async trySignIn(): Promise<string | undefined> {
    const response = await fetch(`${this.url}/api/auth/guest/refresh`, {
      headers: { 'X-Requested-With': 'XMLHttpRequest' },
    });
    if (!response.ok) return undefined;
    const { token, identity } = (await response.json()).backstageIdentity;
    const model = await fetch(
      `${this.url}/api/catalog/entities/by-name/resource/default/fraud-detector`,
      { headers: { authorization: `Bearer ${token}` } },
    );
    const { relations } = model.ok ? await model.json() : { relations: [] };
    // The relations of an entity are written after it.
    const isReady =
      identity.ownershipEntityRefs.length > 1 && relations.length > 0;
    return isReady ? token : undefined;
  }

  async usage(question: UsageQuestion = {}): Promise<Usage> {
    const answer = new Promise<Usage>(resolve => {
      const listen = (message: unknown) => {
        const { usage } = message as { usage?: Usage };
        if (!usage) return;
        this.child.off('message', listen);
        resolve(usage);
      };
      this.child.on('message', listen);
    });
    this.child.send(question);
    return answer;
  }

  /** Ends all runs in our table, past the ledger: they never end at the simulator, and nobody has a thousand open runs. */
  async endRuns(): Promise<void> {
    await this.db('runs').update({
      state: 'succeeded',
      next_read_at: null,
      lease_owner: null,
    });
  }

  /** From here on nothing follows runs or seals the ledger: what that costs is not the cost of a request. */
  async pauseBackground(): Promise<void> {
    for (const id of BACKGROUND_TASKS) {
      const pause = () =>
        this.db(TASKS_TABLE)
          .where({ id })
          .whereNull('current_run_ticket') // one that is under way would set its next time when it ends
          .update({ next_run_start_at: null });
      while ((await pause()) === 0)
        await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
    }
  }

  async close(): Promise<void> {
    await this.db.destroy();
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const killed = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(killed);
    await rm(this.home, { recursive: true, force: true });
  }
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    if (child.exitCode !== null) throw new Error('The backend ended');
    if (Date.now() > deadline) throw new Error('The backend does not answer');
    await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
