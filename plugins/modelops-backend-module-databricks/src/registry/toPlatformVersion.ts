import {
  PlatformError,
  shownName,
  shownText,
  type PlatformCall,
  type PlatformResource,
  type PlatformVersion,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { readRun } from '../databricksJobs';
import {
  experimentRunLink,
  jobRunLink,
  modelVersionLink,
} from '../databricksLinks';
import {
  JOB_RUN_TAG,
  JOB_TAG,
  metricsOf,
  parametersOf,
  tagOf,
} from '../databricksMlflow';
import type { MlflowRun } from '../databricksSchemas';
import { stateOf } from './registeredVersions';
import type { RegistryVersion } from './registrySchemas';

/** Ours are UUIDs; a parameter of that name may hold anything. */
const RUN_ID =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A version as we show it. @internal */
export async function toPlatformVersion(
  client: DatabricksClient,
  call: PlatformCall,
  model: PlatformResource,
  version: RegistryVersion,
  run: MlflowRun | undefined,
): Promise<PlatformVersion> {
  const { settings } = client;
  const { mlflowRunId } = version;
  const experiment = run?.info?.experiment_id;
  return {
    version: String(version.version),
    aliases: version.aliases.flatMap(alias => shownName(alias) ?? []),
    state: stateOf(version),
    description: shownText(version.description),
    createdAt: version.createdAt?.toISOString(),
    createdBy: shownName(version.createdBy),
    metrics: metricsOf(run),
    sourceRun: mlflowRunId
      ? {
          id: mlflowRunId,
          url: experiment
            ? experimentRunLink(settings, experiment, mlflowRunId)
            : undefined,
        }
      : undefined,
    sourceJob: await sourceJobOf(client, call, run),
    url: modelVersionLink(settings, model, version.version),
  };
}

async function sourceJobOf(
  client: DatabricksClient,
  call: PlatformCall,
  run: MlflowRun | undefined,
): Promise<PlatformVersion['sourceJob']> {
  const tagged = tagOf(run, JOB_RUN_TAG);
  if (!tagged || !/^[0-9]{1,19}$/.test(tagged)) return undefined;
  const parameters = parametersOf(run);
  const { runIdParameter } = client.settings;
  const runId = Object.hasOwn(parameters, runIdParameter)
    ? parameters[runIdParameter]
    : '';
  const ours = RUN_ID.test(runId);
  const jobId = tagOf(run, JOB_TAG) ?? '';
  const platformRunId = ours
    ? await wholeRunOf(client, call, { jobId, tagged })
    : tagged;
  return {
    platformRunId,
    url: jobRunLink(client.settings, jobId, platformRunId),
    runId: ours ? runId : undefined,
  };
}

/**
 * The tag may be that of one task; the run we started is the one it is part of. Only asked for runs that may be ours, and a
 * run that is gone after 60 days, or not the caller's to see, stays what the tag says.
 */
async function wholeRunOf(
  client: DatabricksClient,
  call: PlatformCall,
  { jobId, tagged }: { jobId: string; tagged: string },
): Promise<string> {
  try {
    const run = await readRun(client, call, {
      platformRunId: tagged,
      resource: { kind: 'job', canonical: `job/${jobId}` },
    });
    return run.job_run_id ?? tagged;
  } catch (error) {
    if (error instanceof PlatformError) return tagged;
    throw error;
  }
}
