import type { Express } from 'express';
import { PlainAnswer, type ApiCall, type ApiRoute } from '../apiRoute';
import { DatabricksError, resourceDoesNotExist } from '../errors';
import { stringifyJson } from '../../server/json';
import type { Predictor } from '../../training/Predictor';
import { requireEndpoint } from './endpointAccess';
import type { ServedEntity, ServingEndpoint } from './endpoints';
import { readRows } from './readRows';
import { RequestCounts } from './RequestCounts';
import { nextByShare } from './splitTraffic';

const SCOPES = ['model-serving'];

/** Asking what is served. Not below `/api/2.0`. Source: reference, databricks section 4.5. */
export function invocationRoutes(
  app: Express,
  api: ApiRoute,
  predictor: Predictor,
): void {
  app.post(
    '/serving-endpoints/:name/invocations',
    api(SCOPES, call =>
      answer(call, requireServing(call), nextByShare, predictor),
    ),
  );
  app.post(
    '/serving-endpoints/:name/served-models/:servedName/invocations',
    api(SCOPES, call =>
      answer(
        call,
        requireServing(call),
        endpoint => requireServed(endpoint, call.param('servedName')),
        predictor,
      ),
    ),
  );
}

async function answer(
  call: ApiCall,
  endpoint: ServingEndpoint,
  choose: (endpoint: ServingEndpoint) => ServedEntity,
  predictor: Predictor,
): Promise<PlainAnswer> {
  const entity = choose(endpoint);
  const startedAt = performance.now();
  let status = 500;
  try {
    const rows = readRows(call.body(), entity.serves.columns);
    const predictions =
      rows.length === 0
        ? []
        : await predictor.predict(entity.serves.trained!, rows);
    status = 200;
    return new PlainAnswer(stringifyJson({ predictions }), {
      'content-type': 'application/json',
      'served-model-name': entity.name,
    });
  } catch (error) {
    if (error instanceof DatabricksError) status = error.status;
    throw error;
  } finally {
    countsOf(endpoint, entity).add({
      at: call.workspace.clock.now(),
      status,
      milliseconds: performance.now() - startedAt,
    });
  }
}

function countsOf(
  endpoint: ServingEndpoint,
  entity: ServedEntity,
): RequestCounts {
  const counts = endpoint.counts.get(entity.name) ?? new RequestCounts();
  endpoint.counts.set(entity.name, counts);
  return counts;
}

function requireServing(call: ApiCall): ServingEndpoint {
  const endpoint = requireEndpoint(
    call.workspace,
    call.principal,
    call.param('name'),
    'CAN_QUERY',
  );
  if (endpoint.config) return endpoint;
  // How a real endpoint words it is not established.
  throw new DatabricksError(
    503,
    'TEMPORARILY_UNAVAILABLE',
    `Endpoint ${endpoint.name} is not ready`,
  );
}

/** A served entity of the config that answers now. */
export function requireServed(
  endpoint: ServingEndpoint,
  servedName: string,
): ServedEntity {
  const entity = endpoint.config?.entities.find(
    ({ name }) => name === servedName,
  );
  if (entity) return entity;
  throw resourceDoesNotExist(
    `Served model ${servedName} not found in endpoint ${endpoint.name}`,
  );
}
