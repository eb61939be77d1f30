/**
 * Runs that change what is served: of which model, from which revision, and what the shares were.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('runs', table => {
    table
      .string('model', 800)
      .comment('Canonical resource of the model whose versions are meant');
    table
      .string('revision', 256)
      .comment('What was served when the change was decided, by the platform');
    table
      .text('traffic_before')
      .comment('JSON: percent of the traffic before the change, by served id');
    table.index(
      ['connection', 'resource', 'requested_at'],
      'runs_resource_idx',
    );
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('runs', table => {
    table.dropIndex(
      ['connection', 'resource', 'requested_at'],
      'runs_resource_idx',
    );
    table.dropColumns('model', 'revision', 'traffic_before');
  });
};
