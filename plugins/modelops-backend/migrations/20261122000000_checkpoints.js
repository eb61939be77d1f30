/** Tables whose rows are never changed or taken away, with their primary key. */
const APPEND_ONLY = [
  ['audit_checkpoints', 'sequence'],
  ['audit_keys', 'key_id'],
  ['audit_segments', 'last_sequence'],
];

/**
 * Signed checkpoints of the ledger, the public keys they can be checked with, stubs of what was moved to an archive, and how
 * far each sink has got. From here on an entry may be deleted if, and only if, a stub covers it.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('audit_checkpoints', table => {
    table.comment(
      'Append-only; each names the one before, so that none can be taken out',
    );
    table
      .bigInteger('sequence')
      .notNullable()
      .comment('Newest entry it covers');
    table
      .text('body')
      .notNullable()
      .comment('RFC 8785 JSON; what the signature covers');
    table.string('signature', 128).notNullable().comment('Ed25519, Base64');
    table.string('key_id', 64).notNullable().comment('Of audit_keys');
    table
      .string('previous', 64)
      .notNullable()
      .comment('SHA-256 of the body of the checkpoint before');
    table
      .dateTime('time', { useTz: true, precision: 3 })
      .notNullable()
      .comment('UTC');
    table.primary(['sequence'], 'audit_checkpoints_pk');
    table.unique(['previous'], { indexName: 'audit_checkpoints_previous_uq' });
  });
  await knex.schema.createTable('audit_keys', table => {
    table.comment(
      'Append-only; public keys of checkpoints and stubs, those of earlier signing keys included',
    );
    table
      .string('key_id', 64)
      .notNullable()
      .comment('SHA-256 of the public key, hexadecimal');
    table
      .string('public_key', 128)
      .notNullable()
      .comment('Ed25519, SPKI in DER, Base64');
    table.string('origin', 20).notNullable().comment('configured or generated');
    table.dateTime('created_at', { useTz: true, precision: 3 }).notNullable();
    table.primary(['key_id'], 'audit_keys_pk');
  });
  await knex.schema.createTable('audit_segments', table => {
    table.comment(
      'Append-only; a signed stub for each stretch of entries that was moved to an archive',
    );
    table.bigInteger('last_sequence').notNullable();
    table.bigInteger('first_sequence').notNullable();
    table
      .text('body')
      .notNullable()
      .comment('RFC 8785 JSON; what the signature covers');
    table.string('signature', 128).notNullable().comment('Ed25519, Base64');
    table.string('key_id', 64).notNullable().comment('Of audit_keys');
    table.primary(['last_sequence'], 'audit_segments_pk');
    table.unique(['first_sequence'], { indexName: 'audit_segments_first_uq' });
  });
  await knex.schema.createTable('audit_deliveries', table => {
    table.comment('How far the checkpoints have got in each sink');
    table
      .string('sink', 64)
      .notNullable()
      .comment('Key of modelops.audit.checkpoints.sinks');
    table.bigInteger('delivered_sequence').notNullable().defaultTo(0);
    table
      .integer('failures')
      .notNullable()
      .defaultTo(0)
      .comment('Attempts in a row that failed');
    table.dateTime('next_try_at', { useTz: true, precision: 3 }).notNullable();
    table.primary(['sink'], 'audit_deliveries_pk');
  });
  await (isSqlite(knex) ? guardSqlite(knex) : guardPostgres(knex));
};

/** @param {import('knex').Knex} knex */
async function guardSqlite(knex) {
  for (const [table, key] of APPEND_ONLY) {
    for (const verb of ['UPDATE', 'DELETE']) {
      await knex.raw(`
        CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table}
        BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`);
    }
    // INSERT OR REPLACE deletes without firing the trigger above.
    await knex.raw(`
      CREATE TRIGGER ${table}_no_replace BEFORE INSERT ON ${table}
      WHEN EXISTS (SELECT 1 FROM ${table} WHERE ${key} = NEW.${key})
      BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`);
  }
  await knex.raw('DROP TRIGGER audit_entries_no_delete');
  await knex.raw(`
    CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
    WHEN NOT EXISTS (SELECT 1 FROM audit_segments WHERE OLD.sequence BETWEEN first_sequence AND last_sequence)
    BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END`);
}

/** @param {import('knex').Knex} knex */
async function guardPostgres(knex) {
  await knex.raw(`
    CREATE FUNCTION modelops_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$`);
  for (const [table] of APPEND_ONLY) {
    await knex.raw(`
      CREATE TRIGGER ${table}_no_change BEFORE UPDATE OR DELETE ON ${table}
      FOR EACH ROW EXECUTE FUNCTION modelops_append_only()`);
    await knex.raw(`
      CREATE TRIGGER ${table}_no_truncate BEFORE TRUNCATE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION modelops_append_only()`);
  }
  // The schema is named, because a function looks names up in the search path of whoever fires it.
  await knex.raw(`
    CREATE FUNCTION modelops_audit_archived_only() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE archived boolean;
    BEGIN
      EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.audit_segments WHERE $1 BETWEEN first_sequence AND last_sequence)',
        TG_TABLE_SCHEMA) INTO archived USING OLD.sequence;
      IF NOT archived THEN RAISE EXCEPTION 'audit_entries is append-only'; END IF;
      RETURN OLD;
    END $$`);
  await knex.raw('DROP TRIGGER audit_entries_no_change ON audit_entries');
  await knex.raw(`
    CREATE TRIGGER audit_entries_no_change BEFORE UPDATE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION modelops_audit_append_only()`);
  await knex.raw(`
    CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION modelops_audit_archived_only()`);
}

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  if (isSqlite(knex)) {
    await knex.raw('DROP TRIGGER audit_entries_no_delete');
    await knex.raw(`
      CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
      BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END`);
  } else {
    await knex.raw('DROP TRIGGER audit_entries_no_delete ON audit_entries');
    await knex.raw('DROP TRIGGER audit_entries_no_change ON audit_entries');
    await knex.raw(`
      CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE ON audit_entries
      FOR EACH ROW EXECUTE FUNCTION modelops_audit_append_only()`);
    await knex.raw('DROP FUNCTION modelops_audit_archived_only()');
  }
  for (const table of [
    'audit_deliveries',
    ...APPEND_ONLY.map(([name]) => name),
  ]) {
    await knex.schema.dropTable(table);
  }
  if (!isSqlite(knex)) await knex.raw('DROP FUNCTION modelops_append_only()');
};

function isSqlite(knex) {
  return knex.client.config.client.includes('sqlite3');
}
