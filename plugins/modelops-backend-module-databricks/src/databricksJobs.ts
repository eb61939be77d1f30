import {
  invalidAnswer,
  type JobReading,
  type PlatformCall,
  PlatformError,
  type PlatformForm,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { jobLink, shownLink } from './databricksLinks';
import { nameOf } from './databricksResources';
import { jobSchema, runSchema, type DatabricksRun } from './databricksSchemas';
import { toRunState } from './databricksStates';

/** A job, as far as a form and a start need it. @internal */
export interface DatabricksJob {
  jobId: string;
  name: string;
  runAs?: string;
  parameters: { name: string; default?: string }[];
  url?: string;
}

/** Reads a job with all of its parameters; Jobs 2.2 gives 100 of them per page. @internal */
export async function readJob(
  client: DatabricksClient,
  call: PlatformCall,
  resource: PlatformResource,
  runId?: string,
): Promise<DatabricksJob> {
  const jobId = jobIdOf(client, resource);
  const { pages, complete } = await client.getPages(
    call,
    {
      path: '/api/2.2/jobs/get',
      query: { job_id: jobId },
      target: resource.canonical,
      needs: `CAN_VIEW on ${resource.canonical}`,
      missingIsInvalid: true,
      runId,
    },
    jobSchema,
  );
  if (!complete || pages.some(page => page.job_id !== jobId)) {
    throw invalidAnswer(
      client.connection.id,
      `described ${resource.canonical} in a way we do not understand`,
    );
  }
  return {
    jobId,
    name: pages[0].settings?.name ?? resource.canonical,
    runAs: pages[0].run_as_user_name,
    parameters: pages.flatMap(page => page.settings?.parameters ?? []),
    url: jobLink(client.settings, jobId, client.settings.workspaceId),
  };
}

/**
 * The form of a job. Left out are the parameter that carries our run id, and parameters whose default Databricks computes
 * (`{{job.start_time.iso_date}}`): what it puts there is not what was sent, so the run could not be recognised by it.
 * @internal
 */
export function toForm(
  job: DatabricksJob,
  runIdParameter: string,
): PlatformForm {
  return {
    title: job.name,
    url: job.url,
    jobRunsAs: job.runAs,
    parameters: job.parameters
      .filter(({ name }) => name !== runIdParameter)
      .filter(parameter => !isComputed(parameter.default))
      .map(parameter => ({
        name: parameter.name,
        field: { type: 'string' as const },
        default: parameter.default,
        required: parameter.default === undefined,
      })),
  };
}

/** Whether Databricks replaces the value by another one. @internal */
export function isComputed(value: string | undefined): boolean {
  return value !== undefined && value.includes('{{');
}

/** The id of a job, as text. Throws for any other resource. @internal */
export function jobIdOf(
  client: DatabricksClient,
  resource: PlatformResource,
): string {
  if (resource.kind === 'job') return nameOf(resource);
  throw new PlatformError(
    client.connection.id,
    'operation-unsupported',
    `Nothing can be started on ${resource.canonical}. Bind modelops/train to job/<id>.`,
    { refused: true },
  );
}

/** Reads a run with all of its tasks and parameters; Jobs 2.2 gives 100 of each per page. @internal */
export async function readRun(
  client: DatabricksClient,
  call: PlatformCall,
  run: { platformRunId: string; runId?: string; resource: PlatformResource },
): Promise<DatabricksRun> {
  const { pages } = await client.getPages(
    call,
    {
      path: '/api/2.2/jobs/runs/get',
      query: { run_id: run.platformRunId },
      target: `run ${run.platformRunId}`,
      needs: `CAN_VIEW on ${run.resource.canonical}`,
      missingIsInvalid: true,
      runId: run.runId,
    },
    runSchema,
  );
  if (pages.some(page => page.run_id !== run.platformRunId))
    throw invalidAnswer(
      client.connection.id,
      `described another run than ${run.platformRunId}`,
    );
  return {
    ...pages[0],
    job_parameters: pages.flatMap(page => page.job_parameters),
    tasks: pages.flatMap(page => page.tasks),
  };
}

/** What we show of a run. Throws for a state that is not in the tables. @internal */
export function toReading(
  client: DatabricksClient,
  run: DatabricksRun,
): Extract<JobReading, { kind: 'found' }> {
  const state = toRunState(run);
  if (!state)
    throw invalidAnswer(
      client.connection.id,
      `reports a state of run ${run.run_id} that we do not know`,
    );
  const over = state.state !== 'submitted' && state.state !== 'running';
  return {
    kind: 'found',
    platformRunId: run.run_id,
    url: shownLink(client.settings, run.run_page_url),
    ...state,
    // While it waits, this is when it was taken in.
    startedAt: state.state === 'submitted' ? undefined : run.start_time,
    endedAt: over ? run.end_time : undefined,
  };
}
