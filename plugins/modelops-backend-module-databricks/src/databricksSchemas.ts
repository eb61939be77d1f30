import { z } from 'zod';

// Field names as in the Databricks REST reference. Unknown fields are ignored, absent and null arrays are empty, and
// free text is never passed on. Ids are text with all digits, whatever their size (see databricksJson.ts).

/** An int64 as text with all its digits. @internal */
export const id = z
  .union([z.int().nonnegative(), z.string().regex(/^[0-9]{1,19}$/)])
  .transform(String);

/** Epoch milliseconds; 0 and absent mean "not yet". The limit is the largest `Date`. @internal */
export const time = z
  .number()
  .min(0)
  .max(8.64e15)
  .nullish()
  .transform(ms => (ms ? new Date(ms) : undefined));

/** Text that may be absent. @internal */
export const text = z
  .string()
  .nullish()
  .transform(value => value ?? undefined);

/** What leads to the next page; on the last it is absent or empty. @internal */
export const pageToken = text.transform(token => token || undefined);

/** A list that may be absent. @internal */
export function listOf<S extends z.ZodType>(item: S) {
  return z
    .array(item)
    .nullish()
    .transform(items => items ?? []);
}

/** `status` and the deprecated `state` of a run or a task; read by databricksStates.ts. @internal */
export const runStateSchema = z.object({
  status: z
    .object({
      state: text,
      termination_details: z.object({ code: text, type: text }).nullish(),
    })
    .nullish(),
  state: z.object({ life_cycle_state: text, result_state: text }).nullish(),
});

const taskSchema = runStateSchema.extend({
  run_id: id,
  task_key: text,
  attempt_number: z.number().nullish(),
  start_time: time,
});

/** A run, as runs/get and runs/list give it. @internal */
export const runSchema = runStateSchema.extend({
  run_id: id,
  /** The run itself; of the run of one task, the run it is part of. */
  job_run_id: id.nullish(),
  job_id: id.nullish(),
  creator_user_name: text,
  run_type: text,
  trigger: text,
  start_time: time,
  end_time: time,
  queue_duration: z
    .number()
    .min(0)
    .nullish()
    .transform(ms => ms ?? 0),
  run_page_url: text,
  job_parameters: listOf(
    z.object({ name: z.string(), value: text, default: text }),
  ),
  tasks: listOf(taskSchema),
  next_page_token: pageToken,
});
/** A run on the platform. @internal */
export type DatabricksRun = z.output<typeof runSchema>;
/** One task of a run. @internal */
export type DatabricksTask = z.output<typeof taskSchema>;

/** A page of runs/list. @internal */
export const runsPageSchema = z.object({
  runs: listOf(runSchema),
  next_page_token: pageToken,
});

/** A page of jobs/get. @internal */
export const jobSchema = z.object({
  job_id: id,
  run_as_user_name: text,
  settings: z
    .object({
      name: text,
      parameters: listOf(z.object({ name: z.string(), default: text })),
    })
    .nullish(),
  next_page_token: pageToken,
});

/** Answer of run-now. @internal */
export const startedSchema = z.object({ run_id: id });

/** Answer that carries nothing we need. @internal */
export const emptySchema = z.object({});

/** Answer of runs/get-output. @internal */
export const outputSchema = z.object({
  logs: text,
  error: text,
  error_trace: text,
});

/** A page of the versions of a Unity Catalog model. @internal */
export const modelVersionsSchema = z.object({
  model_versions: listOf(
    z.object({
      version: z.coerce.number().int().nonnegative(),
      status: text,
      run_id: text,
      created_at: time,
    }),
  ),
  next_page_token: pageToken,
});
/** A version of a Unity Catalog model. @internal */
export type ModelVersion = z.output<
  typeof modelVersionsSchema
>['model_versions'][number];

/** NaN and infinities arrive as text or null, and leave as null. */
const metricValue = z
  .union([z.number(), z.string()])
  .nullish()
  .transform(value => {
    const number = typeof value === 'string' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number)
      ? number
      : null;
  });

/** Answer of mlflow/runs/get. @internal */
export const mlflowRunSchema = z.object({
  run: z.object({
    info: z.object({ experiment_id: text }).nullish(),
    data: z
      .object({
        metrics: listOf(z.object({ key: z.string(), value: metricValue })),
        params: listOf(z.object({ key: z.string(), value: text })),
        tags: listOf(z.object({ key: z.string(), value: text })),
      })
      .nullish(),
  }),
});
/** An experiment run. @internal */
export type MlflowRun = z.output<typeof mlflowRunSchema>['run'];

/** Answer of SCIM `Me`. @internal */
export const meSchema = z.object({
  userName: z.string().min(1).max(320),
  active: z.boolean().nullish(),
});

/** An error: `error_code` is a word, or a number from the front door; SCIM has `status` and `detail` instead. @internal */
export const errorSchema = z
  .object({
    error_code: z.union([z.string(), z.number()]).nullish(),
    message: text,
    detail: text,
    error: text,
  })
  .refine(
    body =>
      body.error_code !== undefined ||
      body.message !== undefined ||
      body.detail !== undefined ||
      body.error !== undefined,
  );
