import { WORKSPACE_ID } from './Workspace';
import { parametersOf, type Outcome, type Run } from './runs';
import type { TerminationCode } from '../handles/databricksTypes';

/** `termination_details.type` and the old `result_state` of each code. Source: reference, databricks section 2.5. */
const ENDINGS: Record<
  TerminationCode,
  { type: string; resultState: string; lifeCycle: string }
> = {
  SUCCESS: { type: 'SUCCESS', resultState: 'SUCCESS', lifeCycle: 'TERMINATED' },
  RUN_EXECUTION_ERROR: {
    type: 'CLIENT_ERROR',
    resultState: 'FAILED',
    lifeCycle: 'TERMINATED',
  },
  USER_CANCELED: {
    type: 'CLIENT_ERROR',
    resultState: 'CANCELED',
    lifeCycle: 'TERMINATED',
  },
  CLUSTER_ERROR: {
    type: 'CLOUD_FAILURE',
    resultState: 'FAILED',
    lifeCycle: 'INTERNAL_ERROR',
  },
  INTERNAL_ERROR: {
    type: 'INTERNAL_ERROR',
    resultState: 'FAILED',
    lifeCycle: 'INTERNAL_ERROR',
  },
  MAX_CONCURRENT_RUNS_EXCEEDED: {
    type: 'CLIENT_ERROR',
    resultState: 'MAXIMUM_CONCURRENT_RUNS_REACHED',
    lifeCycle: 'SKIPPED',
  },
};

/** The codes a test may end a run with. */
export const TERMINATION_CODES = Object.keys(ENDINGS) as TerminationCode[];

const TASK_KEY = 'train';

const QUEUE_DETAILS = {
  code: 'MAX_CONCURRENT_RUNS_REACHED',
  message: 'Queued due to reaching maximum concurrent runs of the job.',
};

/** The Run object of Jobs API 2.2. Source: reference, databricks section 2.4. */
export function runView(
  run: Run,
  host: string,
  options: { tasks: boolean },
): Record<string, unknown> {
  const parameters = parametersOf(run);
  return {
    job_id: run.job.jobId,
    run_id: run.runId,
    job_run_id: run.runId,
    number_in_job: run.runId,
    original_attempt_run_id: run.runId,
    creator_user_name: run.creator,
    run_name: run.job.name,
    run_type: 'JOB_RUN',
    trigger: 'ONE_TIME',
    run_page_url: runPageUrl(run, host, run.runId),
    ...statusOf(run),
    ...timesOf(run),
    // Durations of a run with tasks are zero; its own is run_duration.
    setup_duration: 0,
    execution_duration: 0,
    cleanup_duration: 0,
    run_duration:
      run.endedAt && run.startedAt ? run.endedAt - run.startedAt : 0,
    queue_duration: run.startedAt ? run.startedAt - run.createdAt : 0,
    format: 'MULTI_TASK',
    ...(run.job.parameters.length > 0 && {
      job_parameters: run.job.parameters.map(parameter => ({
        name: parameter.name,
        default: parameter.default,
        value: parameters[parameter.name],
      })),
    }),
    ...(options.tasks && { tasks: [taskView(run, host)] }),
  };
}

/** The Run object of the one task; its `run_id` is what get-output takes. */
export function taskRunView(run: Run, host: string): Record<string, unknown> {
  return {
    ...runView(run, host, { tasks: false }),
    ...taskView(run, host),
    run_name: TASK_KEY,
    number_in_job: run.taskRunId,
    original_attempt_run_id: run.taskRunId,
  };
}

function taskView(run: Run, host: string): Record<string, unknown> {
  const {
    startedAt,
    executionStartedAt: began,
    executionEndedAt: finished,
    endedAt,
  } = run;
  return {
    run_id: run.taskRunId,
    task_key: TASK_KEY,
    attempt_number: 0,
    spark_python_task: { python_file: `/Workspace/jobs/${run.job.name}.py` },
    environment_key: 'default',
    run_page_url: runPageUrl(run, host, run.taskRunId),
    ...statusOf(run),
    ...timesOf(run),
    setup_duration: startedAt && began ? began - startedAt : 0,
    execution_duration: began && finished ? finished - began : 0,
    cleanup_duration: finished && endedAt ? endedAt - finished : 0,
  };
}

function timesOf(run: Run): Record<string, number> {
  return {
    start_time: run.startedAt ?? run.createdAt,
    end_time: run.endedAt ?? 0,
  };
}

/** Both the current `status` and the deprecated `state`, which is still sent. */
function statusOf(run: Run): Record<string, unknown> {
  const ended = run.state === 'TERMINATED' ? run.outcome : undefined;
  return {
    status: {
      state: run.state,
      ...(run.state === 'QUEUED' && { queue_details: QUEUE_DETAILS }),
      ...(ended && {
        termination_details: { code: ended.code, ...endingOf(ended) },
      }),
    },
    state: {
      life_cycle_state: ended ? ENDINGS[ended.code].lifeCycle : run.state,
      ...(ended && { result_state: ENDINGS[ended.code].resultState }),
      state_message: ended?.message ?? '',
      user_cancelled_or_timedout: run.outcome?.code === 'USER_CANCELED',
      ...(run.state === 'QUEUED' && { queue_reason: QUEUE_DETAILS.message }),
    },
  };
}

function endingOf(outcome: Outcome): { type: string; message: string } {
  return { type: ENDINGS[outcome.code].type, message: outcome.message };
}

function runPageUrl(run: Run, host: string, runId: bigint): string {
  return `${host}/?o=${WORKSPACE_ID}#job/${run.job.jobId}/run/${runId}`;
}
