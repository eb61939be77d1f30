import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  TestDatabaseId,
  TestDatabases,
} from '@backstage/backend-test-utils';
import knexFactory, { type Knex } from 'knex';
import { knexConfigOf } from '../knexConfigOf';
import type { WorldDatabase } from './World';

/** Makes databases for worlds: files on SQLite, databases of the test's server on PostgreSQL. */
export class Worlds {
  private readonly opened: Knex[] = [];

  private constructor(
    private readonly databases: TestDatabases,
    private readonly folder: string,
  ) {}

  static async prepare(databases: TestDatabases): Promise<Worlds> {
    return new Worlds(
      databases,
      await mkdtemp(join(tmpdir(), 'modelops-worlds-')),
    );
  }

  of(databaseId: TestDatabaseId): { create(): Promise<WorldDatabase> } {
    return {
      create: async () => {
        const folder = await mkdtemp(join(this.folder, 'world-'));
        return databaseId === 'SQLITE_3'
          ? this.onSqlite(folder)
          : this.onServer(databaseId, folder);
      },
    };
  }

  async remove(): Promise<void> {
    for (const db of this.opened) await db.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async onSqlite(folder: string): Promise<WorldDatabase> {
    const config: Knex.Config = {
      client: 'better-sqlite3',
      connection: { filename: join(folder, 'database') },
      useNullAsDefault: true,
    };
    const db = knexFactory(config);
    this.opened.push(db);
    return { db, config, folder };
  }

  private async onServer(
    databaseId: TestDatabaseId,
    folder: string,
  ): Promise<WorldDatabase> {
    const db = await this.databases.init(databaseId);
    return { db, config: knexConfigOf(db), folder };
  }
}
