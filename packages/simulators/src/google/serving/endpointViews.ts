import type { GoogleCloud } from '../GoogleCloud';
import type { Message } from '../messages/readMessage';
import { toTimestamp, versionName } from '../models/modelViews';
import { resourceName } from '../names';
import { etagOf, type DeployedModel, type VertexEndpoint } from './endpoints';

/** Endpoint as the API gives it. Source: endpoint.proto. */
export function endpointView(
  cloud: GoogleCloud,
  endpoint: VertexEndpoint,
): Message {
  const { deployed, trafficSplit, labels, dedicatedDns } = endpoint;
  return {
    name: resourceName('endpoints', endpoint.id),
    displayName: endpoint.displayName,
    ...(endpoint.description && { description: endpoint.description }),
    ...(deployed.length > 0 && {
      deployedModels: deployed.map(one => deployedModelView(cloud, one)),
    }),
    ...(Object.keys(trafficSplit).length > 0 && {
      trafficSplit: { ...trafficSplit },
    }),
    etag: etagOf(endpoint),
    ...(labels.size > 0 && { labels: Object.fromEntries(labels) }),
    createTime: toTimestamp(endpoint.createdAt),
    updateTime: toTimestamp(endpoint.updatedAt),
    ...(dedicatedDns && {
      dedicatedEndpointEnabled: true,
      dedicatedEndpointDns: dedicatedDns,
    }),
    ...endpoint.further,
  };
}

export function deployedModelView(
  cloud: GoogleCloud,
  { id, displayName, createdAt, further, model, serves }: DeployedModel,
): Message {
  return {
    id,
    model: deployedModelName(cloud, { model, serves }),
    modelVersionId: String(serves.version),
    displayName,
    createTime: toTimestamp(createdAt),
    ...further,
  };
}

/** Whether the name carries the version is settable, since it is not established. */
export function deployedModelName(
  { behaviour }: GoogleCloud,
  { model, serves }: Pick<DeployedModel, 'model' | 'serves'>,
): string {
  return behaviour.deployedModelNames === 'with-version'
    ? versionName({ model, version: serves })
    : resourceName('models', model.id);
}
