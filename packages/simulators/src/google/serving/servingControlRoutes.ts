import type { Express } from 'express';
import type { OperationEnd } from '../../handles/googleServingTypes';
import { controlRoute } from '../../server/controlRoute';
import type { GoogleCloud } from '../GoogleCloud';
import { rpcStatus, type RpcCode } from '../googleErrors';
import { resourceName } from '../names';
import type { Operation } from '../operations/operations';
import type { RunningCloud } from '../startGoogle';
import { changeForeign } from './foreignChange';
import { toSimulatedEndpoint, toSimulatedOperation } from './simulatedEndpoint';

const ENDPOINTS = '/__control/endpoints';
const FAILURE = 'Model server exited unexpectedly.';

/** What a test may do to endpoints and operations behind everybody's back. */
export function servingControlRoutes(
  control: Express,
  running: () => RunningCloud,
): void {
  const seeded = async (): Promise<RunningCloud> => {
    const now = running();
    await now.cloud.seeded;
    return now;
  };
  control.get(
    ENDPOINTS,
    controlRoute(async () => {
      const { cloud, operations } = await seeded();
      return [...cloud.endpoints.values()].map(endpoint =>
        toSimulatedEndpoint(endpoint, operations),
      );
    }),
  );
  control.put(
    `${ENDPOINTS}/:id`,
    controlRoute(async ({ params, body }) => {
      const { cloud, operations } = await seeded();
      return toSimulatedEndpoint(
        changeForeign(cloud, params.id, body),
        operations,
      );
    }),
  );
  control.post(
    `${ENDPOINTS}/:id/planted-change`,
    controlRoute(async ({ params, body }) => {
      const { cloud } = await seeded();
      cloud.servingPlans.plantedChange = { endpoint: params.id, ...body };
    }),
  );
  control.delete(
    `${ENDPOINTS}/:id`,
    controlRoute(async ({ params }) => {
      const { cloud, operations } = await seeded();
      if (!cloud.endpoints.delete(params.id))
        throw new TypeError(`There is no endpoint ${params.id}`);
      operations.forgetResource(resourceName('endpoints', params.id));
    }),
  );
  control.get(
    '/__control/operations',
    controlRoute(() =>
      [...running().cloud.operations.values()].map(toSimulatedOperation),
    ),
  );
  control.post(
    '/__control/operations/finish',
    controlRoute(({ body }) => {
      const { cloud, operations } = running();
      const operation = requireRunning(cloud, body.of);
      const { failure }: OperationEnd = body;
      operations.end(
        operation,
        failure &&
          rpcStatus(
            (failure.code ?? 'FAILED_PRECONDITION') as RpcCode,
            failure.message,
          ),
      );
      return toSimulatedOperation(operation);
    }),
  );
  control.post(
    '/__control/failing-deploy',
    controlRoute(({ body }) => {
      running().cloud.servingPlans.failNextDeploy = {
        endpoint: body.endpoint,
        code: body.code ?? 'FAILED_PRECONDITION',
        message: body.message ?? FAILURE,
      };
    }),
  );
  control.put(
    '/__control/objects',
    controlRoute(({ body }) => {
      const { objects } = running().cloud;
      if (body.content === null) objects.delete(body.name);
      else
        objects.set(
          body.name,
          'text' in body.content
            ? Buffer.from(body.content.text)
            : Buffer.alloc(body.content.bytes, '#'),
        );
    }),
  );
}

/** By its name, or the oldest one that is under way on an endpoint. */
function requireRunning(cloud: GoogleCloud, of: string): Operation {
  const found = [...cloud.operations.values()].find(
    ({ name, done }) =>
      !done &&
      (name === of ||
        name.startsWith(`${resourceName('endpoints', of)}/operations/`)),
  );
  if (found) return found;
  throw new TypeError(`No operation is under way for ${of}`);
}
