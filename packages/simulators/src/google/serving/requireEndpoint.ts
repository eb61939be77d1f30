import type { ApiCall } from '../apiRoute';
import { failedPrecondition, notFound } from '../googleErrors';
import { resourceName } from '../names';
import type { OperationTimers } from '../operations/OperationTimers';
import type { VertexEndpoint } from './endpoints';

/** The endpoint of the path. */
export function requireEndpoint(call: ApiCall): VertexEndpoint {
  const endpoint = call.cloud.endpoints.get(call.param('id'));
  if (endpoint) return endpoint;
  throw notFound('The Endpoint does not exist.');
}

/** Refuses a change while another operation is under way, if the cloud is set so; whether the real one does is not established. */
export function requireIdle(
  { cloud }: ApiCall,
  timers: OperationTimers,
  { id }: VertexEndpoint,
): void {
  const name = resourceName('endpoints', id);
  const [running] = timers.runningOn(name);
  if (running && cloud.behaviour.concurrentOperations === 'refuse')
    throw failedPrecondition(
      `There are other operations running on the Endpoint "${name}". Operation(s) are: ${running.name}.`,
    );
}
