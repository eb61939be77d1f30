import type { Express } from 'express';
import { readId, readLimit, type ApiCall, type ApiRoute } from './apiRoute';
import { invalidParameter } from './errors';
import { maySee, requireJob, requireRun } from './jobAccess';
import type { Run } from './runs';
import type { RunScheduler } from './RunScheduler';
import { runView, taskRunView } from './runView';
import type { Workspace } from './Workspace';

const SCOPES = ['jobs'];

/** "Greater than 0 and less than 25". Source: reference, databricks section 2.6. */
const MAX_LIST_LIMIT = 24;

/** Jobs 2.2 runs: get, list, cancel, get-output. Source: reference, databricks sections 2.4 to 2.7. */
export function runsRoutes(
  app: Express,
  api: ApiRoute,
  scheduler: () => RunScheduler,
): void {
  app.get(
    '/api/2.2/jobs/runs/get',
    api(SCOPES, ({ workspace, principal, query }) => {
      const runId = readId(query('run_id'), 'run_id');
      const run = requireRun(workspace, principal, runId, 'CAN_VIEW');
      return runId === run.runId
        ? runView(run, workspace.host, { tasks: true })
        : taskRunView(run, workspace.host);
    }),
  );
  app.get('/api/2.2/jobs/runs/list', api(SCOPES, listRuns));
  app.post(
    '/api/2.2/jobs/runs/cancel',
    api(SCOPES, ({ workspace, principal, body }) => {
      const runId = readId(body().run_id, 'run_id');
      scheduler().cancel(
        requireRun(workspace, principal, runId, 'CAN_MANAGE_RUN'),
      );
      return {};
    }),
  );
  app.get('/api/2.2/jobs/runs/get-output', api(SCOPES, getOutput));
}

function listRuns({
  workspace,
  principal,
  query,
}: ApiCall): Record<string, unknown> {
  const limit = readListLimit(query('limit'), workspace);
  const jobId =
    query('job_id') === undefined
      ? undefined
      : readId(query('job_id'), 'job_id');
  if (jobId !== undefined) requireJob(workspace, principal, jobId, 'CAN_VIEW');
  const activeOnly = query('active_only') === 'true';
  const completedOnly = query('completed_only') === 'true';
  if (activeOnly && completedOnly) {
    throw invalidParameter(
      'Only one of active_only and completed_only may be true',
    );
  }
  const from = readId(query('start_time_from') ?? '0', 'start_time_from');
  const to =
    query('start_time_to') === undefined
      ? undefined
      : readId(query('start_time_to'), 'start_time_to');

  const list = `runs ${principal.userName} ${
    jobId ?? ''
  } ${activeOnly} ${completedOnly} ${from} ${to ?? ''}`;
  const offset = workspace.pageTokens.offsetOf(list, query('page_token'));
  const visible = [...workspace.runs.values()]
    .filter(run => jobId === undefined || run.job.jobId === jobId)
    .filter(run => maySee(principal, run.job, 'CAN_VIEW'))
    .filter(
      run =>
        !(activeOnly && run.state === 'TERMINATED') &&
        !(completedOnly && run.state !== 'TERMINATED'),
    )
    .filter(
      run => startOf(run) >= from && (to === undefined || startOf(run) <= to),
    )
    .sort(newestFirst);
  const page = visible.slice(offset, offset + limit);
  const hasMore = visible.length > offset + limit;
  const tasks = query('expand_tasks') === 'true';
  return {
    ...(page.length > 0 && {
      runs: page.map(run => runView(run, workspace.host, { tasks })),
    }),
    has_more: hasMore,
    ...(hasMore && {
      next_page_token: workspace.pageTokens.issue(list, offset + limit),
    }),
    ...(offset > 0 && {
      prev_page_token: workspace.pageTokens.issue(
        list,
        Math.max(offset - limit, 0),
      ),
    }),
  };
}

function readListLimit(
  value: string | undefined,
  workspace: Workspace,
): number {
  if (
    workspace.behaviour.runsListOverLimit === 'clamp' &&
    Number(value) > MAX_LIST_LIMIT
  )
    return MAX_LIST_LIMIT;
  // 0 means the maximum here.
  if (value === '0') return MAX_LIST_LIMIT;
  return readLimit(value, 'limit', { default: 20, max: MAX_LIST_LIMIT });
}

function startOf(run: Run): number {
  return run.startedAt ?? run.createdAt;
}

/** Newest end time first, unfinished ones before them by start time. */
function newestFirst(a: Run, b: Run): number {
  if (a.endedAt !== b.endedAt)
    return (b.endedAt ?? Infinity) - (a.endedAt ?? Infinity);
  return startOf(b) - startOf(a) || (b.runId > a.runId ? 1 : -1);
}

function getOutput({
  workspace,
  principal,
  query,
}: ApiCall): Record<string, unknown> {
  const runId = readId(query('run_id'), 'run_id');
  const run = requireRun(workspace, principal, runId, 'CAN_VIEW');
  if (runId === run.runId) {
    throw invalidParameter(
      'Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output of each ' +
        'individual task run instead.',
    );
  }
  return {
    metadata: taskRunView(run, workspace.host),
    ...(run.logs.length > 0 && {
      logs: `${run.logs.join('\n')}\n`,
      logs_truncated: false,
    }),
    ...(run.errorTrace && {
      error: run.errorTrace.split('\n')[0],
      error_trace: run.errorTrace,
    }),
  };
}
