import type { Express } from 'express';
import type { ApiCall, ApiRoute } from '../apiRoute';
import type { GoogleCloud } from '../GoogleCloud';
import {
  failedPrecondition,
  GoogleError,
  invalidArgument,
} from '../googleErrors';
import { readFieldMask } from '../messages/fieldMask';
import { requireLabels } from '../messages/labels';
import { LIST_QUERY, listAnswer } from '../messages/listAnswer';
import { readMessage, type Message } from '../messages/readMessage';
import { ENDPOINT } from '../messages/shapes';
import { collectionPath, itemPath, lastSegment, resourceName } from '../names';
import { newNumericId } from '../operations/operations';
import { WRITING, type OperationTimers } from '../operations/OperationTimers';
import { dedicatedDnsOf } from './dedicatedDns';
import {
  deployedIds,
  etagOf,
  newEndpoint,
  touchEndpoint,
  type VertexEndpoint,
} from './endpoints';
import { endpointView } from './endpointViews';
import { applyPlantedChange } from './foreignChange';
import { requireEndpoint, requireIdle } from './requireEndpoint';
import { requireSplit } from './trafficSplit';

/** Source: CreateEndpointRequest.endpoint_id. */
const ENDPOINT_ID = /^([a-z]([a-z0-9-]{0,61}[a-z0-9])?|[1-9]\d{0,8})$/;
const MAX_DISPLAY_NAME = 128;
const CREATE = 'aiplatform.endpoints.create';

/** Settable fields that the simulator only keeps. */
const KEPT = [
  'encryptionSpec',
  'network',
  'privateServiceConnectConfig',
  'predictRequestResponseLoggingConfig',
  'clientConnectionConfig',
];

/** Endpoints and their traffic. Source: reference, google section 3.5; endpoint_service.proto. */
export function endpointRoutes(
  app: Express,
  api: ApiRoute,
  timers: () => OperationTimers,
): void {
  app.get(
    collectionPath('endpoints'),
    api('aiplatform.endpoints.list', call => {
      call.onlyQuery(...LIST_QUERY);
      return listAnswer(call, [...call.cloud.endpoints.values()], {
        field: 'endpoints',
        view: endpoint => endpointView(call.cloud, endpoint),
        compared: {
          endpoint: ({ name }) => lastSegment(name),
          displayName: ({ displayName }) => displayName,
          baseModelName: () => '',
        },
        orderFields: ['displayName', 'createTime', 'updateTime'],
      });
    }),
  );
  app.post(
    collectionPath('endpoints'),
    api(CREATE, call => {
      call.onlyQuery('endpointId');
      const { cloud } = call;
      const endpoint = readNewEndpoint(
        call,
        readMessage(call.body(), ENDPOINT, 'endpoint'),
      );
      const resource = resourceName('endpoints', endpoint.id);
      if (timers().runningOn(resource).length > 0)
        throw alreadyExists(resource);
      return timers().begin({
        resource,
        metadata: 'CreateEndpointOperationMetadata',
        permission: CREATE,
        share: WRITING,
        complete: () => {
          requireFree(cloud, endpoint.id);
          cloud.endpoints.set(endpoint.id, endpoint);
          return {
            '@type': 'type.googleapis.com/google.cloud.aiplatform.v1.Endpoint',
            ...endpointView(cloud, endpoint),
          };
        },
      });
    }),
  );
  app.get(
    itemPath('endpoints'),
    api('aiplatform.endpoints.get', call => {
      call.onlyQuery();
      return endpointView(call.cloud, requireEndpoint(call));
    }),
  );
  app.patch(
    itemPath('endpoints'),
    api('aiplatform.endpoints.update', call => {
      call.require('aiplatform.endpoints.get');
      call.onlyQuery('updateMask');
      const given = readMessage(call.body(), ENDPOINT, 'endpoint');
      const endpoint = requireEndpoint(call);
      applyPlantedChange(call.cloud, endpoint.id);
      requireEtag(endpoint, given.etag);
      update(call, endpoint, given);
      return endpointView(call.cloud, endpoint);
    }),
  );
  app.delete(
    itemPath('endpoints'),
    api('aiplatform.endpoints.delete', call => {
      const endpoint = requireEndpoint(call);
      requireIdle(call, timers(), endpoint);
      const requireEmpty = () => {
        if (endpoint.deployed.length > 0)
          throw failedPrecondition(
            `Endpoint ${resourceName(
              'endpoints',
              endpoint.id,
            )} still has deployed models. Undeploy them first.`,
          );
      };
      requireEmpty();
      return timers().begin({
        resource: resourceName('endpoints', endpoint.id),
        metadata: 'DeleteOperationMetadata',
        permission: 'aiplatform.endpoints.delete',
        share: WRITING,
        complete: () => {
          requireEmpty();
          call.cloud.endpoints.delete(endpoint.id);
          return undefined;
        },
      });
    }),
  );
}

function readNewEndpoint(call: ApiCall, given: Message): VertexEndpoint {
  const wanted = call.query('endpointId');
  if (wanted !== undefined && !ENDPOINT_ID.test(wanted))
    throw invalidArgument(`The endpoint ID "${wanted}" is invalid.`);
  if (Object.keys(given.trafficSplit ?? {}).length > 0)
    throw invalidArgument(
      'traffic_split cannot be set when an Endpoint is created: nothing is deployed yet.',
    );
  const id = wanted ?? newNumericId();
  requireFree(call.cloud, id);
  return newEndpoint({
    id,
    displayName: requireDisplayName(given.displayName),
    description: given.description ?? '',
    labels: requireLabels(given.labels),
    createdAt: call.cloud.now(),
    further: Object.fromEntries(
      KEPT.flatMap(field => (field in given ? [[field, given[field]]] : [])),
    ),
    ...(given.dedicatedEndpointEnabled && {
      dedicatedDns: dedicatedDnsOf(id),
    }),
  });
}

function requireFree(cloud: GoogleCloud, id: string): void {
  if (cloud.endpoints.has(id))
    throw alreadyExists(resourceName('endpoints', id));
}

function alreadyExists(name: string): GoogleError {
  return new GoogleError('ALREADY_EXISTS', `Endpoint ${name} already exists.`);
}

function requireEtag(endpoint: VertexEndpoint, etag: string | undefined): void {
  if (etag && etag !== etagOf(endpoint))
    throw new GoogleError(
      'ABORTED',
      'The etag does not match: the Endpoint was changed meanwhile.',
    );
}

function requireDisplayName(name: string | undefined): string {
  if (name && [...name].length <= MAX_DISPLAY_NAME) return name;
  throw invalidArgument(
    `display_name is required and can be up to ${MAX_DISPLAY_NAME} characters long.`,
  );
}

/** All of the mask or nothing: what is refused is looked at before anything is written. */
function update(call: ApiCall, endpoint: VertexEndpoint, given: Message): void {
  const paths = readFieldMask(call.query('updateMask'), [
    'displayName',
    'description',
    'labels',
    'trafficSplit',
    ...KEPT,
  ]);
  const changed = {
    displayName: () => requireDisplayName(given.displayName),
    description: () => given.description ?? '',
    labels: () => requireLabels(given.labels),
    trafficSplit: () =>
      requireSplit(given.trafficSplit ?? {}, deployedIds(endpoint)),
  };
  const changes: Partial<VertexEndpoint> = { further: endpoint.further };
  for (const path of paths)
    if (Object.hasOwn(changed, path))
      Object.assign(changes, { [path]: changed[path as 'labels']() });
    else changes.further = { ...changes.further, [path]: given[path] };
  if (changes.trafficSplit) endpoint.credit.clear();
  Object.assign(endpoint, changes);
  touchEndpoint(endpoint, call.cloud.now());
}
