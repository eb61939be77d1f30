import type { Knex } from 'knex';

/** How another process opens a database that the test has open. */
export function knexConfigOf(db: Knex): Knex.Config {
  const { client, connection } = db.client.config;
  // knex hides it from whoever copies.
  const { password } = connection;
  return { client, connection: { ...connection, password } };
}
