/** `previous_hash` of the first entry. */
const NO_PREVIOUS_HASH = '0'.repeat(64);

/**
 * When a row is refused. An entry: unless it follows the newest one. In the other tables: if it would take the place of a row,
 * which INSERT OR REPLACE takes away without firing the trigger that refuses DELETE.
 */
const REFUSED = {
  audit_entries: `
    NEW.sequence IS NOT 1 + coalesce((SELECT max(sequence) FROM audit_entries), 0)
    OR NEW.previous_hash IS NOT coalesce(
      (SELECT hash FROM audit_entries WHERE sequence = NEW.sequence - 1), '${NO_PREVIOUS_HASH}')`,
  audit_checkpoints: anyOf('audit_checkpoints', ['sequence', 'previous']),
  audit_keys: anyOf('audit_keys', ['key_id']),
  audit_segments: anyOf('audit_segments', ['last_sequence', 'first_sequence']),
};
const REFUSED_BEFORE = {
  audit_entries: anyOf('audit_entries', ['sequence', 'previous_hash']),
  audit_checkpoints: anyOf('audit_checkpoints', ['sequence']),
  audit_keys: REFUSED.audit_keys,
  audit_segments: anyOf('audit_segments', ['last_sequence']),
};

/**
 * On SQLite a trigger can compare an entry with the one before it, so the unique index on the links goes: they are random, and
 * each entry of a group changed another page of it, which made an append to a long ledger dearer. No table has a hidden rowid
 * any more by which INSERT OR REPLACE could take a row away. PostgreSQL knows neither; there the index stays, because a
 * trigger does not see what another transaction is about to commit.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  if (!isSqlite(knex)) return;
  await knex.raw('DROP INDEX audit_entries_previous_hash_uq');
  await rebuild(knex, REFUSED, (table, sql) =>
    table === 'audit_entries'
      ? sql.replace('`sequence` bigint', '`sequence` integer') // is the rowid then
      : `${sql} WITHOUT ROWID`,
  );
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  if (!isSqlite(knex)) return;
  await rebuild(knex, REFUSED_BEFORE, (table, sql) =>
    table === 'audit_entries'
      ? sql.replace('`sequence` integer', '`sequence` bigint')
      : sql.replace(/ WITHOUT ROWID$/, ''),
  );
  await knex.schema.alterTable('audit_entries', table => {
    table.unique(['previous_hash'], {
      indexName: 'audit_entries_previous_hash_uq',
    });
  });
};

/** SQLite changes no table that is there: each is made anew, with the same rows, indexes and other triggers. */
async function rebuild(knex, refused, change) {
  const made = await knex('sqlite_master')
    .whereIn('tbl_name', Object.keys(refused))
    .whereNotNull('sql');
  const of = type => made.filter(each => each.type === type);
  for (const { name } of of('trigger')) await knex.raw(`DROP TRIGGER ${name}`);
  for (const { name, sql } of of('table')) {
    await knex.raw(
      change(name, sql).replace(
        /^CREATE TABLE \S+/,
        `CREATE TABLE ${name}_new`,
      ),
    );
    await knex.raw(`INSERT INTO ${name}_new SELECT * FROM ${name} ORDER BY 1`);
    await knex.raw(`DROP TABLE ${name}`);
    await knex.raw(`ALTER TABLE ${name}_new RENAME TO ${name}`);
  }
  for (const { sql } of of('index')) await knex.raw(sql);
  for (const { name, sql } of of('trigger')) {
    if (!name.endsWith('_no_replace')) await knex.raw(sql);
  }
  for (const [table, condition] of Object.entries(refused)) {
    await knex.raw(`
      CREATE TRIGGER ${table}_no_replace BEFORE INSERT ON ${table} WHEN ${condition}
      BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`);
  }
}

/** Whether there is a row with the same value in one of these columns. Each of them has a unique index. */
function anyOf(table, columns) {
  return columns
    .map(
      column =>
        `EXISTS (SELECT 1 FROM ${table} WHERE ${column} = NEW.${column})`,
    )
    .join(' OR ');
}

function isSqlite(knex) {
  return knex.client.config.client.includes('sqlite3');
}
