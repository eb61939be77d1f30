/**
 * The ledger. Each row holds the hash of the one before; triggers refuse UPDATE, DELETE, TRUNCATE and an INSERT over an
 * existing sequence on both databases.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('audit_entries', table => {
    table.comment(
      'Append-only ledger; the columns beside `canonical` are copies for searching',
    );
    table
      .bigInteger('sequence')
      .notNullable()
      .comment('1, 2, 3 … without a gap');
    table
      .dateTime('time', { useTz: true, precision: 3 })
      .notNullable()
      .comment('UTC');
    table.string('code', 64).notNullable();
    table
      .string('outcome', 20)
      .comment('Only on the entry that closes a request');
    table.string('actor', 300).notNullable();
    table.string('entity_ref', 300);
    table.uuid('run_id');
    table
      .text('canonical')
      .notNullable()
      .comment(
        'RFC 8785 JSON of all fields but the hash; what the hash covers',
      );
    table.string('previous_hash', 64).notNullable();
    table
      .string('hash', 64)
      .notNullable()
      .comment('SHA-256 of canonical, hexadecimal');

    table.primary(['sequence'], 'audit_entries_pk');
    table.unique(['previous_hash'], {
      indexName: 'audit_entries_previous_hash_uq',
    });
    table.index(['run_id', 'sequence'], 'audit_entries_run_id_idx');
    table.index(['actor', 'sequence'], 'audit_entries_actor_idx');
    table.index(['code', 'sequence'], 'audit_entries_code_idx');
    table.index(['outcome', 'sequence'], 'audit_entries_outcome_idx');
    table.index(['entity_ref', 'sequence'], 'audit_entries_entity_ref_idx');
    table.index(['time'], 'audit_entries_time_idx');
  });

  await knex.schema.createTable('keys', table => {
    table.comment('Keys that every replica shares; never exported');
    table.string('name', 64).notNullable();
    table.string('value', 128).notNullable().comment('Base64');
    table.dateTime('created_at', { useTz: true, precision: 3 }).notNullable();
    table.primary(['name'], 'keys_pk');
  });

  if (knex.client.config.client.includes('sqlite3')) {
    await knex.raw(`
      CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
      BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END`);
    await knex.raw(`
      CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
      BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END`);
    // INSERT OR REPLACE deletes without firing the trigger above, so an existing sequence or link is refused here.
    await knex.raw(`
      CREATE TRIGGER audit_entries_no_replace BEFORE INSERT ON audit_entries
      WHEN EXISTS (SELECT 1 FROM audit_entries WHERE sequence = NEW.sequence OR previous_hash = NEW.previous_hash)
      BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END`);
  } else {
    await knex.raw(`
      CREATE FUNCTION modelops_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'audit_entries is append-only'; END $$`);
    await knex.raw(`
      CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE ON audit_entries
      FOR EACH ROW EXECUTE FUNCTION modelops_audit_append_only()`);
    await knex.raw(`
      CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
      FOR EACH STATEMENT EXECUTE FUNCTION modelops_audit_append_only()`);
  }
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('keys');
  await knex.schema.dropTable('audit_entries');
  if (!knex.client.config.client.includes('sqlite3')) {
    await knex.raw('DROP FUNCTION modelops_audit_append_only()');
  }
};
