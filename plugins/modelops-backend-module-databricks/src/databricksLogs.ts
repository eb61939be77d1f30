import {
  PlatformError,
  tailOf,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { readRun } from './databricksJobs';
import { outputSchema, type DatabricksTask } from './databricksSchemas';

/** Tasks whose logs are shown, the last ones to begin. */
const MAX_TASKS = 10;
/** Largest output read, in bytes: up to 5 MB of log and 5 MB of notebook result, as JSON. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** End of the log of a run: the logs of its tasks in the order they began. @internal */
export async function readLogTail(
  client: DatabricksClient,
  call: PlatformCall,
  job: KnownJob & { platformRunId: string },
  maxBytes: number,
): Promise<string> {
  const { tasks } = await readRun(client, call, job);
  const begun = tasks
    .filter(task => task.start_time)
    .sort((a, b) => timeOf(a) - timeOf(b));
  const parts: string[] = [];
  // From the end, and no further than what is shown; the output of the run itself exists only for its tasks.
  for (const task of begun.slice(-MAX_TASKS).reverse()) {
    const output = await readOutput(client, call, job, task);
    parts.unshift(begun.length > 1 ? `${titleOf(task)}\n${output}` : output);
    if (Buffer.byteLength(parts.join('\n')) >= maxBytes) break;
  }
  return tailOf(parts.join('\n'), maxBytes);
}

function timeOf(task: DatabricksTask): number {
  return task.start_time?.getTime() ?? 0;
}

function titleOf(task: DatabricksTask): string {
  const attempt = task.attempt_number
    ? ` (attempt ${task.attempt_number + 1})`
    : '';
  return `── ${task.task_key ?? task.run_id}${attempt} ──`;
}

async function readOutput(
  client: DatabricksClient,
  call: PlatformCall,
  job: KnownJob & { platformRunId: string },
  task: DatabricksTask,
): Promise<string> {
  try {
    const output = await client.get(
      call,
      {
        path: '/api/2.2/jobs/runs/get-output',
        query: { run_id: task.run_id },
        target: `the log of run ${job.platformRunId}`,
        needs: `CAN_VIEW on ${job.resource.canonical}`,
        runId: job.runId,
        maxBytes: MAX_OUTPUT_BYTES,
      },
      outputSchema,
    );
    // The trace begins with the error.
    const failure = output.error_trace ?? output.error;
    return [output.logs, failure].filter(Boolean).join('\n');
  } catch (error) {
    const note = noteFor(error);
    if (note) return note;
    throw error;
  }
}

/** One task without a log must not hide the logs of the others. */
function noteFor(error: unknown): string | undefined {
  if (!(error instanceof PlatformError)) return undefined;
  if (error.code === 'platform-response-too-large')
    return '(The log is too large to be shown here. Look at it on Databricks.)';
  if (error.code === 'platform-rejected-request')
    return '(Databricks has no log of this task yet.)';
  return undefined;
}
