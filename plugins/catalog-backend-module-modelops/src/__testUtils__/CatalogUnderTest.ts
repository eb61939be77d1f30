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
  type TestDatabaseId,
  type TestDatabases,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import type { JsonObject } from '@backstage/types';
// A test of the whole way starts both ends of it.
// eslint-disable-next-line @backstage/no-mixed-plugin-imports
import modelopsPlugin from 'backstage-plugin-modelops-backend';
import databricksModule from 'backstage-plugin-modelops-backend-module-databricks';
import type { Knex } from 'knex';
import type { Simulators } from 'modelops-simulators';
import catalogModuleModelops from '..';

/** Longest the catalog may take to show what it was given; far more than it takes. */
const PATIENCE_MS = 20_000;

// A real catalog works in steps of a second.
jest.setTimeout(90_000);

/** A database for each of the two plugins; they outlive the backend, as they do in a restart. */
export interface Databases {
  catalog: Knex;
  modelops: Knex;
}

export async function newDatabases(
  databases: TestDatabases,
  id: TestDatabaseId,
): Promise<Databases> {
  return {
    catalog: await databases.init(id),
    modelops: await databases.init(id),
  };
}

/** The real catalog with our module, and the real modelops with the Databricks module, against the simulators. */
export class CatalogUnderTest {
  private readonly writes: string[] = [];

  private constructor(
    private readonly backend: Awaited<ReturnType<typeof startTestBackend>>,
    private readonly scheduler: ReturnType<typeof mockServices.scheduler>,
    private readonly databases: Databases,
    /** Everything that was logged, one line per message. */
    readonly logs: string[],
  ) {
    databases.catalog.on('query', this.noteWrite);
  }

  static async start(options: {
    simulators: Simulators;
    databases: Databases;
    /** `catalog.providers.modelops.demo`, beside its connection. */
    provider?: JsonObject;
    /** More of `catalog`. */
    catalog?: JsonObject;
  }): Promise<CatalogUnderTest> {
    const { simulators, databases, provider = {}, catalog = {} } = options;
    const logs: string[] = [];
    // Syncs run when a test says so, and only then.
    const scheduler = mockServices.scheduler();
    const backend = await startTestBackend({
      features: [
        catalogPlugin,
        catalogModuleModelops,
        modelopsPlugin,
        databricksModule,
        mockServices.rootConfig.factory({
          data: {
            backend: { baseUrl: 'http://localhost:7007' },
            modelops: modelopsConfig(simulators),
            catalog: {
              ...catalog,
              providers: {
                modelops: {
                  demo: { connection: 'databricks-demo', ...provider },
                },
              },
            },
          },
        }),
        createServiceFactory({
          service: coreServices.database,
          deps: { plugin: coreServices.pluginMetadata },
          factory: ({ plugin }) => ({
            getClient: async () => databases[plugin.getId() as keyof Databases],
          }),
        }),
        createServiceFactory({
          service: coreServices.scheduler,
          deps: {},
          factory: () => scheduler,
        }),
        collectingLogger(logs),
      ],
    });
    return new CatalogUnderTest(backend, scheduler, databases, logs);
  }

  /** One sync, as the schedule does it. */
  async sync(): Promise<void> {
    await this.scheduler.triggerTask('modelops-ingestion-demo');
  }

  get url(): string {
    return `http://localhost:${this.backend.server.port()}/api`;
  }

  /** All entities that the catalog shows, or those of a filter, `kind=resource`. */
  async entities(filter?: string): Promise<Entity[]> {
    const query = filter ? `?filter=${encodeURIComponent(filter)}` : '';
    const response = await fetch(`${this.url}/catalog/entities${query}`, {
      headers: { authorization: mockCredentials.user.header() },
    });
    return response.json();
  }

  /** References of all entities that came from modelops. */
  async refs(): Promise<string[]> {
    const all = await this.entities();
    return all
      .filter(({ metadata }) =>
        metadata.annotations?.[
          'backstage.io/managed-by-origin-location'
        ]?.startsWith('modelops:'),
      )
      .map(({ kind, metadata }) => `${kind}:${metadata.name}`)
      .sort();
  }

  /** Waits until the catalog has processed what it was given, and it is so. */
  async until<T>(
    read: () => Promise<T>,
    isSo: (value: T) => boolean,
  ): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const value = await read();
      if (isSo(value)) return value;
      if (Date.now() > deadline)
        throw new Error(
          `It stays ${inspect(value, { depth: 4 })}\n${this.logs
            .slice(-10)
            .join('\n')}`,
        );
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  /** Waits for these references, no more and no fewer. */
  async untilRefs(...refs: string[]): Promise<void> {
    const wanted = JSON.stringify([...refs].sort());
    await this.until(
      () => this.refs(),
      found => JSON.stringify(found) === wanted,
    );
  }

  /** The entity of a name, as soon as it is there and `isSo`. */
  async untilEntity(
    name: string,
    isSo: (entity: Entity) => boolean = () => true,
  ): Promise<Entity> {
    const [entity] = await this.until(
      () => this.entities(`metadata.name=${name}`),
      found => found.length === 1 && isSo(found[0]),
    );
    return entity;
  }

  /** Statements since the last call that put an entity in, changed it or took it out. Processing does not. */
  takeWrites(): string[] {
    return this.writes.splice(0);
  }

  async stop(): Promise<void> {
    this.databases.catalog.off('query', this.noteWrite);
    await this.backend.stop();
  }

  private readonly noteWrite = ({ sql }: { sql: string }) => {
    const write = /^(insert|update|delete)\b/i.test(sql);
    if (
      write &&
      /source_key|^(insert into|delete from)\W+refresh_state\b|unprocessed_entity/i.test(
        sql,
      )
    )
      this.writes.push(sql);
  };
}

function modelopsConfig({ idp, databricks }: Simulators): JsonObject {
  return {
    trustedLocations: ['modelops:'],
    identity: {
      authProvider: 'oidc',
      issuer: idp.issuer,
      audience: 'backstage',
      insecure: true,
      bindBy: 'emailMatchingUserEntityProfileEmail',
      workload: {
        clientId: 'backstage-reader',
        clientSecret: 'modelops-demo-reader-secret',
      },
    },
    connections: {
      'databricks-demo': {
        platform: 'databricks',
        host: databricks.host,
        insecure: true,
        user: { exchange: 'databricks-federation', scopes: ['all-apis'] },
        reader: {
          exchange: 'databricks-federation',
          servicePrincipal: '11111111-1111-4111-8111-111111111111',
        },
      },
    },
  };
}

function collectingLogger(lines: string[]) {
  const make = (): RootLoggerService => {
    const log = (level: string) => (message: string) => {
      lines.push(`${level} ${message}`);
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
