import type {
  SimulatedOperation,
  SimulatedVertexEndpoint,
  SimulatedVertexModel,
} from '../../handles/googleServingTypes';
import type { VertexModel } from '../models/vertexModels';
import { resourceName } from '../names';
import type { Operation } from '../operations/operations';
import type { OperationTimers } from '../operations/OperationTimers';
import { etagOf, type VertexEndpoint } from './endpoints';

/** The endpoint as tests see it over the control routes. */
export function toSimulatedEndpoint(
  endpoint: VertexEndpoint,
  timers: OperationTimers,
): SimulatedVertexEndpoint {
  const name = resourceName('endpoints', endpoint.id);
  return {
    id: endpoint.id,
    name,
    displayName: endpoint.displayName,
    labels: Object.fromEntries(endpoint.labels),
    etag: etagOf(endpoint),
    deployed: endpoint.deployed.map(
      ({ id, displayName, model, serves, further }) => ({
        id,
        displayName,
        model: model.id,
        version: String(serves.version),
        share: endpoint.trafficSplit[id] ?? 0,
        machineType: further.dedicatedResources?.machineSpec?.machineType,
        minReplicas: further.dedicatedResources?.minReplicaCount,
        maxReplicas: further.dedicatedResources?.maxReplicaCount,
        serviceAccount: further.serviceAccount,
        predictions: endpoint.predictions.get(id) ?? 0,
      }),
    ),
    trafficSplit: { ...endpoint.trafficSplit },
    dedicatedDns: endpoint.dedicatedDns,
    running: timers.runningOn(name).map(operation => operation.name),
  };
}

export function toSimulatedModel(model: VertexModel): SimulatedVertexModel {
  return {
    id: model.id,
    displayName: model.displayName,
    labels: Object.fromEntries(model.labels),
    versions: model.versions.map(version => ({
      version: String(version.version),
      aliases: [...model.aliases]
        .filter(([, number]) => number === version.version)
        .map(([alias]) => alias),
      labels: Object.fromEntries(version.labels),
      description: version.description,
      evaluations: version.evaluations.length,
      pipelineJob: version.further.pipelineJob,
    })),
  };
}

export function toSimulatedOperation({
  name,
  metadata,
  done,
  error,
}: Operation): SimulatedOperation {
  return {
    name,
    type: String(metadata['@type']).split('.').pop()!,
    stage: metadata.deploymentStage as string | undefined,
    done: done === true,
    error: error && { code: error.code, message: error.message },
  };
}
