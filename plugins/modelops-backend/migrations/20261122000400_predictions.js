/**
 * Who asked which served model within the last minute, where a rule limits it. What was asked is in audit_entries; a group of
 * entries that is just being committed cannot be counted there.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('prediction_calls', table => {
    table.comment(
      'Calls to served models that count towards a limit; older ones are deleted as the person asks again',
    );
    table
      .string('asked_by', 300)
      .notNullable()
      .comment('User entity reference');
    table
      .dateTime('asked_at', { useTz: true, precision: 3 })
      .notNullable()
      .comment('UTC');
    table.string('connection', 128).notNullable();
    table
      .string('resource', 512)
      .notNullable()
      .comment('Canonical, without the connection');
    table.string('environment', 64);
    table.index(['asked_by', 'asked_at'], 'prediction_calls_asked_idx');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('prediction_calls');
};
