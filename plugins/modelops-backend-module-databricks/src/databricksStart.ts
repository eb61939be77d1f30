import {
  failingAs,
  PlatformError,
  type JobReading,
  type PlatformCall,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import {
  isComputed,
  readJob,
  readRun,
  toReading,
  type DatabricksJob,
} from './databricksJobs';
import { jsonId } from './databricksJson';
import {
  findDifference,
  isSamePrincipal,
  toSentParameters,
} from './databricksRunMatch';
import { startedSchema, type DatabricksRun } from './databricksSchemas';

/** Jobs 2.2 shows 100 parameters of a run at once; with more we could not tell ours in a list. */
const MAX_PARAMETERS = 100;

/**
 * Starts a job and makes sure that what came back is it. Everything before run-now fails as certainly not started;
 * everything after it leaves the start open.
 * @internal
 */
export async function startJob(
  client: DatabricksClient,
  call: PlatformCall,
  job: StartJob & { principal: string },
): Promise<Extract<JobReading, { kind: 'found' }>> {
  const described = await failingAs(
    { refused: true },
    readJob(client, call, job.resource, job.runId),
  );
  requireSameRunAs(client, job, described);
  const parameters = checkedParameters(client, job, described);
  const platformRunId = await runNow(client, call, job, described, parameters);
  const run = await failingAs(
    { refused: false },
    readRun(client, call, { ...job, platformRunId }),
  );
  requireOurs(client, job, run);
  return toReading(client, run);
}

/** Which parameters a person may set depends on whom the job runs as, and was decided by what the form said. */
function requireSameRunAs(
  client: DatabricksClient,
  job: StartJob,
  { runAs }: DatabricksJob,
): void {
  const same =
    runAs === undefined || job.jobRunsAs === undefined
      ? runAs === job.jobRunsAs
      : isSamePrincipal(runAs, job.jobRunsAs);
  if (same) return;
  throw new PlatformError(
    client.connection.id,
    'platform-conflict',
    `The run_as of ${job.resource.canonical} on ${client.connection.id} changed since the form was opened. Open the form again. Nothing was started.`,
    { refused: true },
  );
}

function checkedParameters(
  client: DatabricksClient,
  job: StartJob,
  described: DatabricksJob,
): Map<string, string> {
  const parameters = toSentParameters(job);
  const declared = new Set(described.parameters.map(({ name }) => name));
  for (const [name, value] of parameters) {
    if (!declared.has(name))
      throw rejected(client, job, `no longer has the parameter '${name}'`);
    if (isComputed(value))
      throw rejected(
        client,
        job,
        `would replace the {{…}} in '${name}' by another value, which we could not recognise`,
      );
  }
  const { runIdParameter } = client.settings;
  if (declared.has(runIdParameter)) parameters.set(runIdParameter, job.runId);
  if (declared.size > MAX_PARAMETERS)
    throw rejected(client, job, `has more than ${MAX_PARAMETERS} parameters`);
  return parameters;
}

function rejected(client: DatabricksClient, job: StartJob, what: string) {
  return new PlatformError(
    client.connection.id,
    'platform-rejected-request',
    `${job.resource.canonical} of ${client.connection.id} ${what}. Nothing was started.`,
    { refused: true },
  );
}

/** Sent once. Whether a repetition is harmless depends on the token, which a workspace may have forgotten. */
async function runNow(
  client: DatabricksClient,
  call: PlatformCall,
  job: StartJob,
  described: DatabricksJob,
  parameters: ReadonlyMap<string, string>,
): Promise<string> {
  const started = await client.post(
    call,
    {
      path: '/api/2.2/jobs/run-now',
      target: job.resource.canonical,
      needs: `CAN_MANAGE_RUN on ${job.resource.canonical}`,
      runId: job.runId,
      repeat: 'once',
      body: {
        job_id: jsonId(described.jobId),
        idempotency_token: job.runId,
        queue: { enabled: true },
        ...(parameters.size > 0 && {
          job_parameters: Object.fromEntries(parameters),
        }),
      },
    },
    startedSchema,
  );
  return started.run_id;
}

/**
 * The answer does not say whether the run is new: somebody else may have used our token before us. Databricks promises
 * one run per token, so a run of another job or by another creator means that nothing of ours was started. Other
 * parameters prove less: the job may have been changed between our look at it and the start.
 */
function requireOurs(
  client: DatabricksClient,
  job: StartJob & { principal: string },
  run: DatabricksRun,
): void {
  const difference = findDifference(run, job);
  if (!difference) return;
  throw new PlatformError(
    client.connection.id,
    difference.in === 'creator-unknown'
      ? 'platform-response-invalid'
      : 'platform-run-not-ours',
    `${client.connection.id} answered with run ${run.run_id}, which is not the one we asked for: ${difference.why}. Have it looked at.`,
    { refused: difference.in === 'job' || difference.in === 'creator' },
  );
}
