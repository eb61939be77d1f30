import type { Server } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import {
  coreServices,
  createServiceFactory,
  type RootLoggerService,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestDatabases,
  type TestDatabaseId,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { ConfigSources, MutableConfigSource } from '@backstage/config-loader';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import type { JsonObject } from '@backstage/types';
import databricksModule from 'backstage-plugin-modelops-backend-module-databricks';
import vertexModule from 'backstage-plugin-modelops-backend-module-vertex-ai';
import {
  type AuditEntry,
  IDEMPOTENCY_KEY_HEADER,
  IDENTITY_TOKEN_HEADER,
  type Run,
} from 'backstage-plugin-modelops-common';
import type { Knex } from 'knex';
import {
  type Person,
  startSimulators,
  type Simulators,
  type StartSimulatorsOptions,
} from 'modelops-simulators';
import request, { type Response } from 'supertest';
import { stringify } from 'yaml';
import modelopsPlugin from '..';
import { demoEntities, groupsOf } from './demoCatalog';
import { demoConfig } from './demoConfig';

/** The subject of a service's token: another plugin, or a caller from outside as Backstage names it. */
type ServiceSubject = `plugin:${string}` | `external:${string}`;

/** A person of the demo who is signed in, or somebody without any credentials, or a service. */
export type Who = Person | 'nobody' | 'a service' | ServiceSubject;

/** What a request carries beside its body. */
export interface CallOptions {
  /** Left out: the person's own good token, or none for anybody else. */
  idToken?: string | null;
  body?: object | string;
  idempotencyKey?: string;
  headers?: Record<string, string>;
}

/** The real backend plugin with the real Databricks module, against the simulators, on a real database. */
export interface Portal {
  simulators: Simulators;
  db: Knex;
  server: Server;
  /** Everything that was logged, one line per message. */
  logs: string[];
  /** Every answer so far, headers included. */
  answers: string[];
  /** Every ID token sent so far. */
  idTokens: Set<string>;
  call(
    who: Who,
    method: 'GET' | 'POST',
    path: string,
    options?: CallOptions,
  ): Promise<Response>;
  /** `POST /runs` for a training of the demo's fraud detector, unless told otherwise. */
  train(
    who: Who,
    options?: CallOptions & {
      parameters?: JsonObject;
      entityRef?: string;
      reason?: string;
    },
  ): Promise<Response>;
  /** Changes the configuration, as somebody who edits app-config does while the portal runs. */
  configure(change: (config: DemoConfig) => void): Promise<void>;
  /** Follows all open runs once, as the scheduler does when their pauses are over. */
  reconcile(): Promise<void>;
  /** Sets a checkpoint and takes it to its sinks, as the scheduler does when one is due. */
  seal(): Promise<void>;
  /** Follows a run until it is in one of the states. */
  until(runId: string, ...states: Run['state'][]): Promise<Run>;
  entries(filter?: Partial<AuditEntry>): Promise<AuditEntry[]>;
  /** All but what the start itself recorded: the key of its checkpoints, and its roles. */
  entriesSinceStart(): Promise<AuditEntry[]>;
  close(): Promise<void>;
}

/** app-config of the demo. */
export type DemoConfig = ReturnType<typeof demoConfig>;

/** What a test may change about the portal. */
export interface PortalOptions {
  databases: TestDatabases;
  databaseId: TestDatabaseId;
  simulators?: Simulators;
  /** Another portal's database: a second replica. */
  db?: Knex;
  simulatorOptions?: StartSimulatorsOptions;
  config?: (config: DemoConfig) => JsonObject;
  /** Keeps the configuration in this file, and lets Backstage read it from there. */
  configFile?: string;
  entities?: Entity[];
}

// Everything here goes over HTTP and through a database; jest's 5 s are for less.
jest.setTimeout(60_000);

let keys = 0;
/** A fresh idempotency key. */
export function newKey(): string {
  keys += 1;
  return `test-key-${String(keys).padStart(12, '0')}`;
}

/** Simulators for all tests of a suite, as new before each. */
export function useSimulators(
  options?: StartSimulatorsOptions,
): () => Simulators {
  let simulators: Simulators | undefined;
  beforeAll(async () => {
    simulators = await startSimulators(options);
  });
  beforeEach(async () => {
    await simulators?.databricks.reset();
    await simulators?.google.reset();
    await simulators?.idp.reset();
  });
  afterAll(() => simulators?.close());
  return () => simulators!;
}

const userInfoFromDemo = createServiceFactory({
  service: coreServices.userInfo,
  deps: {},
  factory: () => ({
    async getUserInfo(credentials) {
      const { userEntityRef } = credentials.principal as unknown as {
        userEntityRef: string;
      };
      return {
        userEntityRef,
        ownershipEntityRefs: [userEntityRef, ...groupsOf(userEntityRef)],
      };
    },
  }),
});

/** Longest a run may take to get where a test wants it; far more than it takes. */
const PATIENCE_MS = 20_000;

export async function startPortal(options: PortalOptions): Promise<Portal> {
  const simulators =
    options.simulators ?? (await startSimulators(options.simulatorOptions));
  const db = options.db ?? (await options.databases.init(options.databaseId));
  const logs: string[] = [];
  const answers: string[] = [];
  const idTokens = new Set<string>();
  const config = demoConfig(simulators);
  const rootConfig = await changeableConfig(
    options.config?.(config) ?? config,
    options.configFile,
  );
  // Tasks run when a test says so, and only then.
  const scheduler = mockServices.scheduler();
  const { argv } = process;
  if (options.configFile) process.argv = argvOf(options.configFile);
  const backend = await startTestBackend({
    features: [
      modelopsPlugin,
      databricksModule,
      vertexModule,
      catalogServiceMock.factory({
        entities: options.entities ?? demoEntities(),
      }),
      createServiceFactory({
        service: coreServices.rootConfig,
        deps: {},
        factory: () => rootConfig.config,
      }),
      mockServices.database.factory({ knex: db, migrations: { skip: false } }),
      createServiceFactory({
        service: coreServices.scheduler,
        deps: {},
        factory: () => scheduler,
      }),
      collectingLogger(logs),
      userInfoFromDemo,
    ],
  });
  process.argv = argv;

  const call: Portal['call'] = async (who, method, path, callOptions = {}) => {
    const idToken =
      callOptions.idToken === undefined
        ? await ownToken(simulators, who)
        : callOptions.idToken;
    let sent = request(backend.server as unknown as Server)
      [method === 'GET' ? 'get' : 'post'](`/api/modelops${path}`)
      .set('authorization', authorizationOf(who));
    if (idToken) {
      idTokens.add(idToken);
      sent = sent.set(IDENTITY_TOKEN_HEADER, idToken);
    }
    if (callOptions.idempotencyKey)
      sent = sent.set(IDEMPOTENCY_KEY_HEADER, callOptions.idempotencyKey);
    for (const [name, value] of Object.entries(callOptions.headers ?? {}))
      sent = sent.set(name, value);
    if (callOptions.body !== undefined)
      sent = sent
        .set('content-type', 'application/json')
        .send(callOptions.body);
    const answer = await sent;
    answers.push(`${JSON.stringify(answer.headers)} ${answer.text}`);
    return answer;
  };
  const reconcile = async () => {
    // As if the pause between two looks were over for every run that nobody is at.
    await db('runs')
      .whereNull('lease_owner')
      .whereNotNull('next_read_at')
      .update({ next_read_at: new Date(0) });
    await scheduler.triggerTask('modelops-follow-runs');
  };
  const entries: Portal['entries'] = async (filter = {}) => {
    const rows = await db('audit_entries').orderBy('sequence');
    return rows
      .map(
        row => ({ ...JSON.parse(row.canonical), hash: row.hash } as AuditEntry),
      )
      .filter(entry =>
        Object.entries(filter).every(
          ([name, value]) => entry[name as keyof AuditEntry] === value,
        ),
      );
  };
  const atStart = (await entries()).length;
  return {
    simulators,
    db,
    server: backend.server as unknown as Server,
    logs,
    answers,
    idTokens,
    call,
    reconcile,
    seal: () => scheduler.triggerTask('modelops-seal-audit'),
    train: (
      who,
      {
        parameters = {},
        entityRef = 'resource:default/fraud-detector',
        reason,
        ...rest
      } = {},
    ) =>
      call(who, 'POST', '/v1/runs', {
        idempotencyKey: newKey(),
        body: {
          entityRef,
          action: 'train',
          operation: 'start',
          parameters,
          reason,
        },
        ...rest,
      }),
    async until(runId, ...states) {
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const { body } = await call('ada', 'GET', `/v1/runs/${runId}`);
        if (states.includes(body.state)) return body;
        if (Date.now() > deadline)
          throw new Error(
            `Run ${runId} is ${body.state}, not ${states.join(' or ')}`,
          );
        await reconcile();
        await new Promise(resolve => setTimeout(resolve, 50));
      }
    },
    entries,
    entriesSinceStart: async () =>
      (await entries()).filter(({ sequence }) => sequence > atStart),
    configure: rootConfig.change,
    async close() {
      await backend.stop();
      rootConfig.config.close();
      if (!options.simulators) await simulators.close();
    },
  };
}

/** A root configuration as Backstage makes it, of data or of a file, that can be changed while it is in use. */
async function changeableConfig(data: JsonObject, file?: string) {
  const mutable = MutableConfigSource.create({ data: structuredClone(data) });
  if (file) await writeFile(file, stringify(data));
  const config = await ConfigSources.toConfig(
    file ? ConfigSources.default({ argv: argvOf(file), env: {} }) : mutable,
  );
  return {
    config,
    async change(edit: (config: DemoConfig) => void) {
      edit(data as unknown as DemoConfig);
      if (file) await writeFile(file, stringify(data));
      else mutable.setData(structuredClone(data));
    },
  };
}

/** The command line of a backend, where it looks which files it was started with. */
function argvOf(file: string): string[] {
  return ['node', 'backend', '--config', file];
}

function isService(who: Who): who is ServiceSubject {
  return who.includes(':');
}

function authorizationOf(who: Who): string {
  if (who === 'nobody') return mockCredentials.none.header();
  if (who === 'a service') return mockCredentials.service.header();
  if (isService(who)) {
    return mockCredentials.service.header({
      onBehalfOf: mockCredentials.service(who),
      targetPluginId: 'modelops',
    });
  }
  return mockCredentials.user.header(`user:default/${who}`);
}

async function ownToken(
  simulators: Simulators,
  who: Who,
): Promise<string | null> {
  return who === 'nobody' || who === 'a service' || isService(who)
    ? null
    : simulators.idp.signIdToken(who);
}

/** A root logger that keeps every line, at every level, with all that was logged beside the message. */
function collectingLogger(lines: string[]) {
  const make = (): RootLoggerService => {
    const log = (level: string) => (message: string, meta?: unknown) => {
      lines.push(`${level} ${message} ${inspect(meta, { depth: 20 })}`);
    };
    return {
      error: log('error'),
      warn: log('warn'),
      info: log('info'),
      debug: log('debug'),
      child: make,
    };
  };
  return createServiceFactory({
    service: coreServices.rootLogger,
    deps: {},
    factory: make,
  });
}
