/** What entries are looked for by. */
const SEARCHED = ['actor', 'code', 'outcome', 'entity_ref'];

/**
 * Lists of entries go by time, so the indexes do too: a page out of a stretch of time long ago is read as fast as the newest
 * page, with another filter and without.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('audit_entries', table => {
    table.dropIndex(['time'], 'audit_entries_time_idx');
    table.index(['time', 'sequence'], 'audit_entries_time_idx');
    for (const column of SEARCHED) {
      table.dropIndex([column, 'sequence'], `audit_entries_${column}_idx`);
      table.index([column, 'time', 'sequence'], `audit_entries_${column}_idx`);
    }
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('audit_entries', table => {
    table.dropIndex(['time', 'sequence'], 'audit_entries_time_idx');
    table.index(['time'], 'audit_entries_time_idx');
    for (const column of SEARCHED) {
      table.dropIndex(
        [column, 'time', 'sequence'],
        `audit_entries_${column}_idx`,
      );
      table.index([column, 'sequence'], `audit_entries_${column}_idx`);
    }
  });
};
