/**
 * Runs: one row per start. What happened to it is in audit_entries; this is where it stands now.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('runs', table => {
    table.comment(
      'One row per run; every change is compare-and-set and has an audit entry',
    );
    table
      .uuid('run_id')
      .notNullable()
      .comment('Also the idempotency key sent to the platform');
    table.string('entity_ref', 300).notNullable();
    table.string('action', 20).notNullable();
    table.string('operation', 20).notNullable();
    table.string('version', 128);
    table.string('connection', 128).notNullable();
    table.string('platform', 64).notNullable();
    table.string('environment', 64);
    table
      .string('resource', 512)
      .notNullable()
      .comment('Canonical, without the connection');
    table
      .string('state', 20)
      .notNullable()
      .comment('One of runLifecycle.ts; checked in code, see design D19');
    table.string('failure_code', 64);
    table.text('failure_message');
    table
      .string('started_by', 300)
      .notNullable()
      .comment('User entity reference');
    table
      .string('agent', 300)
      .notNullable()
      .defaultTo('')
      .comment("Service that called in the person's name, or ''");
    table
      .string('idempotency_key', 128)
      .notNullable()
      .comment('From the client');
    table
      .string('request_hash', 64)
      .notNullable()
      .comment('HMAC-SHA-256 of the canonical request');
    table.string('role', 128).notNullable();
    table.string('rule', 160).notNullable();
    table.string('mapping_hash', 64).notNullable();
    table
      .string('principal_kind', 20)
      .notNullable()
      .comment('person or service-principal');
    table
      .string('principal', 320)
      .notNullable()
      .comment('Name the platform knows it by');
    table
      .string('principal_through', 20)
      .notNullable()
      .comment('person or workload');
    table
      .string('job_runs_as', 320)
      .comment('Identity the platform runs the job as');
    table
      .text('parameters')
      .notNullable()
      .comment('JSON, as sent, secret values masked');
    table.text('reason');
    table.string('platform_run_id', 256);
    table.text('platform_run_url');
    table
      .dateTime('requested_at', { useTz: true, precision: 3 })
      .notNullable()
      .comment('UTC');
    table
      .dateTime('submitted_at', { useTz: true, precision: 3 })
      .comment('When the platform named the job');
    table
      .dateTime('started_at', { useTz: true, precision: 3 })
      .comment('By the clock of the platform');
    table
      .dateTime('ended_at', { useTz: true, precision: 3 })
      .comment('By the clock of the platform');
    table.dateTime('updated_at', { useTz: true, precision: 3 }).notNullable();
    table.dateTime('cancel_requested_at', { useTz: true, precision: 3 });
    table
      .string('lease_owner', 64)
      .comment('Replica that submits or reads the run; null when nobody does');
    table.dateTime('lease_expires_at', { useTz: true, precision: 3 });
    table
      .dateTime('next_read_at', { useTz: true, precision: 3 })
      .comment('When the reconciler looks again; null: never');
    table
      .integer('reads_failed')
      .notNullable()
      .defaultTo(0)
      .comment(
        'Readings in a row without an answer, for the pause between them',
      );

    table.primary(['run_id'], 'runs_pk');
    table.unique(['started_by', 'agent', 'idempotency_key'], {
      indexName: 'runs_idempotency_key_uq',
    });
    table.index(['requested_at', 'run_id'], 'runs_requested_at_idx');
    table.index(
      ['entity_ref', 'requested_at', 'run_id'],
      'runs_entity_ref_idx',
    );
    table.index(['next_read_at'], 'runs_next_read_at_idx');
    table.index(['started_by', 'rule', 'state'], 'runs_limit_idx');
    // One job is never two runs', whatever two replicas find at the same time.
    table.unique(['connection', 'platform_run_id'], {
      indexName: 'runs_platform_run_id_uq',
    });
  });

  await knex.schema.createTable('run_limits', table => {
    table.comment(
      'A row to lock while the runs of one person under one rule are counted',
    );
    table
      .string('limit_key', 64)
      .notNullable()
      .comment('SHA-256 of person and rule');
    table.primary(['limit_key'], 'run_limits_pk');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('run_limits');
  await knex.schema.dropTable('runs');
};
