import {
  PlatformError,
  tailOf,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { nameOf } from '../databricksResources';
import { endpointPath, findEndpoint } from './endpoint';
import { servedLogSchema } from './endpointSchemas';
import { servedNames } from './servedName';
import { servedVersions } from './servedVersions';

/** Largest build log that is read, in bytes; one that installs many packages has some megabytes. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;

/** End of the build log of what a change deployed. @internal */
export async function readBuildLog(
  client: DatabricksClient,
  call: PlatformCall,
  job: KnownJob,
  maxBytes: number,
): Promise<string> {
  if (job.operation !== 'deploy')
    return '(This change built nothing, so it has no log.)';
  const name = await servedNameOf(client, call, job);
  if (!name) return '(Databricks has no build log of it.)';
  try {
    const { logs } = await client.get(
      call,
      {
        path: `${endpointPath(
          nameOf(job.resource),
        )}/served-models/${encodeURIComponent(name)}/build-logs`,
        target: `the build log of ${job.resource.canonical}`,
        needs: `CAN_MANAGE on ${job.resource.canonical}`,
        runId: job.runId,
        maxBytes: MAX_LOG_BYTES,
      },
      servedLogSchema,
    );
    return tailOf(logs ?? '', maxBytes);
  } catch (error) {
    const note = noteFor(error);
    if (note) return note;
    throw error;
  }
}

/** What the version is served as, or was to be: a config that failed may be gone. */
async function servedNameOf(
  client: DatabricksClient,
  call: PlatformCall,
  { resource, runId, model, version }: KnownJob,
): Promise<string | undefined> {
  const endpoint = await findEndpoint(client, call, resource, { runId });
  const served = [endpoint?.pending_config, endpoint?.config].flatMap(config =>
    servedVersions(config, model),
  );
  const deployed = served.find(one => one.ours && one.version === version);
  if (deployed || !model || !version) return deployed?.id;
  // Another model may be served under the first of the names that it can have.
  const taken = new Set(served.map(({ id }) => id));
  return servedNames(model, version).find(name => !taken.has(name));
}

function noteFor(error: unknown): string | undefined {
  if (!(error instanceof PlatformError)) return undefined;
  switch (error.code) {
    case 'platform-response-too-large':
      return '(The log is too large to be shown here. Look at it on Databricks.)';
    case 'platform-not-found':
    case 'platform-rejected-request':
      return '(Databricks has no build log of it.)';
    default:
      return undefined;
  }
}
