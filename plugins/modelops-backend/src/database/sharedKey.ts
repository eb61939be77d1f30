import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { Secret } from 'backstage-plugin-modelops-node';

/** A key that all replicas share: made by whichever asks first, then the same for ever. 256 random bits, unless told otherwise. */
export async function sharedKey(
  db: Knex,
  name: string,
  clock: () => Date,
  make: () => string = () => randomBytes(32).toString('base64'),
): Promise<Secret> {
  await db('keys')
    .insert({
      name,
      value: make(),
      created_at: clock(),
    })
    .onConflict('name')
    .ignore();
  const row = await db('keys').where({ name }).first('value');
  return new Secret(row.value);
}
