import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { Secret } from 'backstage-plugin-modelops-node';

/** A key of 256 bits that all replicas share: made by whichever asks first, then the same for ever. */
export async function sharedKey(
  db: Knex,
  name: string,
  clock: () => Date,
): Promise<Secret> {
  await db('keys')
    .insert({
      name,
      value: randomBytes(32).toString('base64'),
      created_at: clock(),
    })
    .onConflict('name')
    .ignore();
  const row = await db('keys').where({ name }).first('value');
  return new Secret(row.value);
}
