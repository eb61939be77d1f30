import {
  type DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import type { Knex } from 'knex';

/** Opens the plugin's database and brings its tables up to date, unless the database service says to skip that. */
export async function openDatabase(database: DatabaseService): Promise<Knex> {
  const db = await database.getClient();
  const client = String(db.client.config.client);
  if (!isSqlite(db) && client !== 'pg') {
    throw new InputError(
      `modelops runs on better-sqlite3 and pg (PostgreSQL); backend.database.client for it is '${client}'`,
    );
  }
  // Errors are logged, and the values in a statement are what people typed, or a key.
  db.client.config.compileSqlOnError = false;
  if (!database.migrations?.skip) {
    await db.migrate.latest({
      directory: resolvePackagePath(
        'backstage-plugin-modelops-backend',
        'migrations',
      ),
    });
  }
  return db;
}

export function isSqlite(db: Knex): boolean {
  return String(db.client.config.client).includes('sqlite3');
}
