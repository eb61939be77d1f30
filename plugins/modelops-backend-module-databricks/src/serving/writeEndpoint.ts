import {
  PlatformError,
  type PlatformCall,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient, DatabricksWrite } from '../databricksClient';
import { stringifyDatabricksJson } from '../databricksJson';
import { nameOf } from '../databricksResources';
import {
  endpointPath,
  findEndpoint,
  toEndpoint,
  type Endpoint,
} from './endpoint';
import { grantReader } from './grantReader';
import type { WritableConfig } from './writableConfig';

/** Tag of an endpoint that we made, with the id of the run that made it. */
const RUN_TAG = 'modelops_run_id';

/** Whether a run of ours made an endpoint. @internal */
export function isMadeBy({ tags }: Endpoint, runId: string): boolean {
  return tags.some(({ key, value }) => key === RUN_TAG && value === runId);
}

/** Makes an endpoint that carries the id of the run, and that the portal's reader may see. @internal */
export async function createEndpoint(
  client: DatabricksClient,
  call: PlatformCall,
  job: StartJob,
  config: WritableConfig,
): Promise<Endpoint> {
  const path = '/api/2.0/serving-endpoints';
  const created = await orFoundByOurId(
    client,
    call,
    job,
    write(client, call, job, 'POST', path, {
      name: nameOf(job.resource),
      config,
      tags: [{ key: RUN_TAG, value: job.runId }],
    }),
  );
  await grantReader(client, call, job, created);
  return created;
}

/**
 * If the answer was lost, the endpoint says whether we made it. Looked for at once, because only its maker may let the reader
 * see it. @internal
 */
async function orFoundByOurId(
  client: DatabricksClient,
  call: PlatformCall,
  job: StartJob,
  creating: Promise<Endpoint>,
): Promise<Endpoint> {
  try {
    return await creating;
  } catch (error) {
    if (!(error instanceof PlatformError) || error.refused) throw error;
    const found = await findEndpoint(client, call, job.resource, job).catch(
      () => undefined,
    );
    if (found && isMadeBy(found, job.runId)) return found;
    throw error;
  }
}

/** Replaces all that an endpoint serves. @internal */
export async function replaceConfig(
  client: DatabricksClient,
  call: PlatformCall,
  job: StartJob,
  config: WritableConfig,
): Promise<Endpoint> {
  const path = `${endpointPath(nameOf(job.resource))}/config`;
  return write(client, call, job, 'PUT', path, config);
}

/** Ends an endpoint. @internal */
export async function deleteEndpoint(
  client: DatabricksClient,
  call: PlatformCall,
  job: StartJob,
): Promise<void> {
  const path = endpointPath(nameOf(job.resource));
  await client.delete(call, aboutChange(job, path));
}

/** Sent once: a second PUT would undo what somebody did in between. */
async function write(
  client: DatabricksClient,
  call: PlatformCall,
  job: StartJob,
  method: 'POST' | 'PUT',
  path: string,
  body: Record<string, unknown>,
): Promise<Endpoint> {
  const response = await client.send(call, aboutChange(job, path), {
    method,
    repeat: 'once',
    body: { json: stringifyDatabricksJson(body) },
  });
  return toEndpoint(client, job.resource, response.text);
}

function aboutChange(
  { resource, runId }: StartJob,
  path: string,
): DatabricksWrite {
  return {
    path,
    target: resource.canonical,
    needs: `CAN_MANAGE on ${resource.canonical}, and EXECUTE on the models it serves`,
    runId,
    repeat: 'once',
  };
}
