import type { Express } from 'express';
import { readId, readLimit, type ApiCall, type ApiRoute } from './apiRoute';
import { DatabricksError, invalidParameter } from './errors';
import { maySee, requireJob } from './jobAccess';
import { jobView } from './jobView';
import type { RunStarter } from './RunStarter';

const SCOPES = ['jobs'];

/** Jobs 2.2: list, get, run-now. Source: reference, databricks sections 2.1, 2.2 and 2.8. */
export function jobsRoutes(
  app: Express,
  api: ApiRoute,
  starter: () => RunStarter,
): void {
  app.get('/api/2.2/jobs/list', api(SCOPES, listJobs));
  app.get(
    '/api/2.2/jobs/get',
    api(SCOPES, ({ workspace, principal, query }) =>
      jobView(
        requireJob(
          workspace,
          principal,
          readId(query('job_id'), 'job_id'),
          'CAN_VIEW',
        ),
        { tasks: true },
      ),
    ),
  );
  app.post(
    '/api/2.2/jobs/run-now',
    api(SCOPES, call => runNow(call, starter())),
  );
}

function listJobs({
  workspace,
  principal,
  query,
}: ApiCall): Record<string, unknown> {
  const limit = readLimit(query('limit'), 'limit', { default: 20, max: 100 });
  const name = query('name')?.toLowerCase();
  const list = `jobs ${principal.userName} ${name ?? ''}`;
  const offset = workspace.pageTokens.offsetOf(list, query('page_token'));
  const visible = workspace.jobs
    .filter(job => maySee(principal, job, 'CAN_VIEW'))
    .filter(job => name === undefined || job.name.toLowerCase() === name);
  const page = visible.slice(offset, offset + limit);
  const hasMore = visible.length > offset + limit;
  return {
    ...(page.length > 0 && {
      jobs: page.map(job =>
        jobView(job, { tasks: query('expand_tasks') === 'true' }),
      ),
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

function runNow(call: ApiCall, starter: RunStarter): Record<string, unknown> {
  const body = call.body();
  const job = requireJob(
    call.workspace,
    call.principal,
    readId(body.job_id, 'job_id'),
    'CAN_MANAGE_RUN',
  );
  const parameters = readParameters(body.job_parameters);
  const unknown = Object.keys(parameters).filter(
    name => !job.parameters.some(parameter => parameter.name === name),
  );
  if (unknown.length > 0) {
    throw invalidParameter(
      `Job ${job.jobId} does not have the parameters: ${unknown.join(', ')}`,
    );
  }
  const run = starter.runNow({
    job,
    creator: call.principal.userName,
    parameters,
    idempotencyToken: readText(body.idempotency_token, 'idempotency_token'),
    queue: (body.queue as { enabled?: boolean } | undefined)?.enabled,
  });
  return { run_id: run.runId, number_in_job: run.runId };
}

function readParameters(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('job_parameters');
  for (const text of Object.values(value))
    if (typeof text !== 'string') throw malformed('job_parameters');
  return value as Record<string, string>;
}

function readText(value: unknown, field: string): string | undefined {
  if (value !== undefined && typeof value !== 'string') throw malformed(field);
  return value === '' ? undefined : value;
}

function malformed(field: string): DatabricksError {
  return new DatabricksError(
    400,
    'MALFORMED_REQUEST',
    `Could not parse request object: ${field} is not of its type`,
  );
}
