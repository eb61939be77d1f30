import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseManager } from '@backstage/backend-defaults/database';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import type { Knex } from 'knex';
import { openDatabase } from './backendInternals';

/** `backend.database` of an app-config, and what to do with it afterwards. */
export interface DatabaseUnderTest {
  name: 'SQLite' | 'PostgreSQL';
  config: { client: string; connection: object; prefix?: string };
  /** Deletes what was stored. PostgreSQL itself is thrown away after the run. */
  remove(): Promise<void>;
}

/** Set by scripts/test/withPostgres.mjs. */
const POSTGRES = 'BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING';

/** Both databases, empty, as a Backstage backend would be told to use them: SQLite as files, a real PostgreSQL. */
export async function freshDatabases(): Promise<DatabaseUnderTest[]> {
  const connectionString = process.env[POSTGRES];
  if (!connectionString)
    throw new Error(`${POSTGRES} is not set; run it as npm run bench`);
  const directory = await mkdtemp(path.join(os.tmpdir(), 'modelops-bench-'));
  return [
    {
      name: 'SQLite',
      config: { client: 'better-sqlite3', connection: { directory } },
      remove: () => rm(directory, { recursive: true, force: true }),
    },
    {
      name: 'PostgreSQL',
      config: {
        client: 'pg',
        connection: postgresAt(new URL(connectionString)),
        prefix: `bench_${randomBytes(4).toString('hex')}_`,
      },
      remove: async () => {},
    },
  ];
}

/** In parts: with a whole connection string, Backstage would put every plugin into the database that the string names. */
function postgresAt({ hostname, port, username, password }: URL): object {
  return {
    host: hostname,
    port: Number(port),
    user: username,
    password: decodeURIComponent(password),
  };
}

/** A logger for services that are measured without a portal around them; only errors are shown. */
export const silentLogger: LoggerService = {
  error: message => process.stderr.write(`${message}\n`),
  warn: () => {},
  info: () => {},
  debug: () => {},
  child: () => silentLogger,
};

/** The modelops database through Backstage's own database service, with our tables. */
export async function openModelops(database: DatabaseUnderTest): Promise<Knex> {
  const manager = DatabaseManager.fromConfig(
    new ConfigReader({ backend: { database: database.config } }),
  );
  return openDatabase(
    manager.forPlugin('modelops', {
      logger: silentLogger,
      lifecycle: { addShutdownHook: () => {}, addStartupHook: () => {} },
    }),
  );
}
