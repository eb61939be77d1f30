/**
 * Role mappings: every one that ever took effect, and which did last, so that replicas that reload the same file leave one
 * entry. Limits are counted per person from here on, so the index for that no longer has the rule.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('role_mappings', table => {
    table.comment(
      'Every role mapping that took effect; what entries mean by a hash',
    );
    table
      .string('hash', 64)
      .notNullable()
      .comment('SHA-256 of roles, hexadecimal');
    table
      .text('roles')
      .notNullable()
      .comment('RFC 8785 JSON of modelops.roles, defaults filled in');
    table
      .dateTime('first_seen_at', { useTz: true, precision: 3 })
      .notNullable()
      .comment('UTC');
    table.primary(['hash'], 'role_mappings_pk');
  });

  await knex.schema.createTable('role_mapping_newest', table => {
    table.comment(
      'One row: the mapping that took effect last, on whichever replica; moved by compare-and-set',
    );
    table.integer('id').notNullable().comment('Always 1');
    table.string('hash', 64).notNullable();
    table
      .dateTime('since', { useTz: true, precision: 3 })
      .notNullable()
      .comment('UTC');
    table.primary(['id'], 'role_mapping_newest_pk');
    table
      .foreign(['hash'], 'role_mapping_newest_hash_fk')
      .references(['hash'])
      .inTable('role_mappings');
  });

  await knex.schema.createTable('config_notices', table => {
    table.comment(
      'What was recorded about the configuration beside a new mapping, so that each replica need not record it again',
    );
    table.string('code', 64).notNullable().comment('Code of the entry');
    table
      .string('content_hash', 64)
      .notNullable()
      .comment('HMAC-SHA-256 of the content: it may hold secrets');
    table
      .dateTime('recorded_at', { useTz: true, precision: 3 })
      .notNullable()
      .comment('UTC');
    table.primary(['code', 'content_hash'], 'config_notices_pk');
  });

  await knex.schema.alterTable('runs', table => {
    table.dropIndex(['started_by', 'rule', 'state'], 'runs_limit_idx');
    table.index(['started_by', 'state'], 'runs_open_idx');
  });
  if (!knex.client.config.client.includes('sqlite3')) {
    await knex.raw(
      "COMMENT ON TABLE run_limits IS 'A row to lock while the open runs of one person are counted'",
    );
    await knex.raw(
      "COMMENT ON COLUMN run_limits.limit_key IS 'SHA-256 of the person'",
    );
  }
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('runs', table => {
    table.dropIndex(['started_by', 'state'], 'runs_open_idx');
    table.index(['started_by', 'rule', 'state'], 'runs_limit_idx');
  });
  await knex.schema.dropTable('config_notices');
  await knex.schema.dropTable('role_mapping_newest');
  await knex.schema.dropTable('role_mappings');
};
