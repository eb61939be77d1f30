import type { KnownJob } from 'backstage-plugin-modelops-node';
import { runSchema, type DatabricksRun } from '../databricksSchemas';

const SENT = Date.UTC(2026, 4, 4, 9, 30);
/** Id of the run that was sent. */
export const OURS = '5e5f0e0c-8a4e-4f3e-9a53-0c8f2f8f7c11';

/** What is known of its start. */
export const LOST_START: KnownJob = {
  runId: OURS,
  operation: 'start',
  resource: { kind: 'job', canonical: 'job/8123' },
  parameters: { epochs: 5, balanced: true, note: '' },
  principal: 'Ada@acme.example',
  notBefore: new Date(SENT),
  notAfter: new Date(SENT + 10_000),
  claimed: new Set(['900']),
};

let nextId = 1;
/** A run on the platform that is alike, unless told. */
export function aRun(
  change: {
    mark?: string;
    parameters?: Record<string, string>;
    id?: number;
    startedAfterMs?: number;
    [field: string]: unknown;
  } = {},
): DatabricksRun {
  const { mark, parameters, id, startedAfterMs = 3_000, ...fields } = change;
  const values = {
    epochs: '5',
    balanced: 'true',
    note: '',
    ...parameters,
    ...(mark !== undefined && { modelops_run_id: mark }),
  };
  return runSchema.parse({
    run_id: id ?? nextId++,
    job_id: 8123,
    creator_user_name: 'ada@acme.example',
    run_type: 'JOB_RUN',
    trigger: 'ONE_TIME',
    start_time: SENT + startedAfterMs,
    job_parameters: Object.entries(values).map(([name, value]) => ({
      name,
      default: 'd',
      value,
    })),
    ...fields,
  });
}
