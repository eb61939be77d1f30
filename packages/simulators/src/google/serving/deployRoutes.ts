import type { Express } from 'express';
import type { ApiCall, ApiRoute } from '../apiRoute';
import {
  failedPrecondition,
  notFound,
  rpcStatus,
  type RpcStatus,
} from '../googleErrors';
import { readFieldMask } from '../messages/fieldMask';
import { readMessage, type Message } from '../messages/readMessage';
import {
  DEPLOY_MODEL_REQUEST,
  MUTATE_DEPLOYED_MODEL_REQUEST,
  UNDEPLOY_MODEL_REQUEST,
} from '../messages/shapes';
import { itemPath, resourceName } from '../names';
import { DEPLOYING, type OperationTimers } from '../operations/OperationTimers';
import {
  deployedIds,
  touchEndpoint,
  type DeployedModel,
  type VertexEndpoint,
} from './endpoints';
import { deployedModelView } from './endpointViews';
import { applyPlantedChange } from './foreignChange';
import { readDeployedModel } from './readDeployedModel';
import { requireEndpoint, requireIdle } from './requireEndpoint';
import { requireQuota, requireReplicas } from './requireResources';
import { splitAfterDeploy, splitAfterUndeploy } from './trafficSplit';

const DEPLOY = 'aiplatform.endpoints.deploy';
const UNDEPLOY = 'aiplatform.endpoints.undeploy';
const TYPES = 'type.googleapis.com/google.cloud.aiplatform.v1';

/** In their order. Source: deployment_stage.proto. */
const STAGES = {
  running: [
    'STARTING_DEPLOYMENT',
    'PREPARING_MODEL',
    'CREATING_SERVING_CLUSTER',
    'ADDING_NODES_TO_CLUSTER',
    'GETTING_CONTAINER_IMAGE',
    'STARTING_MODEL_SERVER',
    'FINISHING_UP',
  ],
  done: 'SUCCESSFULLY_DEPLOYED',
  failed: 'FAILED_TO_DEPLOY',
};

/** Machines are given back faster than they are started. */
const UNDEPLOYING = DEPLOYING / 3;

/** What `mutateDeployedModel` can change. Source: MutateDeployedModelRequest. */
const MUTABLE = [
  'dedicatedResources.minReplicaCount',
  'dedicatedResources.maxReplicaCount',
  'dedicatedResources.requiredReplicaCount',
  'dedicatedResources.autoscalingMetricSpecs',
  'disableContainerLogging',
];

/** Deploying, undeploying and resizing models on an endpoint. Source: reference, google section 3.5. */
export function deployRoutes(
  app: Express,
  api: ApiRoute,
  timers: () => OperationTimers,
): void {
  app.post(
    itemPath('endpoints', 'deployModel'),
    api(undefined, call => {
      call.require(DEPLOY);
      const { cloud } = call;
      const request = readMessage(call.body(), DEPLOY_MODEL_REQUEST);
      const endpoint = requireEndpoint(call);
      applyPlantedChange(cloud, endpoint.id);
      requireIdle(call, timers(), endpoint);
      const deployed = readDeployedModel(call, request.deployedModel ?? {}, [
        ...deployedIds(endpoint),
        ...idsOnTheWay(timers(), endpoint),
      ]);
      const splitNow = () =>
        splitAfterDeploy(
          endpoint.trafficSplit,
          request.trafficSplit,
          deployedIds(endpoint),
          deployed.id,
        );
      splitNow();
      requireQuota(cloud, deployed.further);
      return timers().begin({
        resource: resourceName('endpoints', endpoint.id),
        metadata: 'DeployModelOperationMetadata',
        permission: DEPLOY,
        share: DEPLOYING,
        stages: STAGES,
        willFail: plannedFailure(call, endpoint),
        reserves: deployed.id,
        complete: () => {
          if (!deployed.serves.trained)
            throw failedPrecondition('Model server exited unexpectedly.');
          const split = splitNow();
          deployed.createdAt = cloud.now();
          endpoint.deployed.push(deployed);
          setSplit(call, endpoint, split);
          return {
            '@type': `${TYPES}.DeployModelResponse`,
            deployedModel: deployedModelView(cloud, deployed),
          };
        },
      });
    }),
  );
  app.post(
    itemPath('endpoints', 'undeployModel'),
    api(UNDEPLOY, call => {
      const request = readMessage(call.body(), UNDEPLOY_MODEL_REQUEST);
      const endpoint = requireEndpoint(call);
      applyPlantedChange(call.cloud, endpoint.id);
      requireIdle(call, timers(), endpoint);
      const { id } = requireDeployed(endpoint, request.deployedModelId);
      const splitNow = () =>
        splitAfterUndeploy(
          endpoint.trafficSplit,
          request.trafficSplit,
          deployedIds(endpoint),
          id,
        );
      splitNow();
      return timers().begin({
        resource: resourceName('endpoints', endpoint.id),
        metadata: 'UndeployModelOperationMetadata',
        permission: UNDEPLOY,
        share: UNDEPLOYING,
        complete: () => {
          requireDeployed(endpoint, id);
          const split = splitNow();
          endpoint.deployed = endpoint.deployed.filter(one => one.id !== id);
          setSplit(call, endpoint, split);
          return { '@type': `${TYPES}.UndeployModelResponse` };
        },
      });
    }),
  );
  app.post(
    itemPath('endpoints', 'mutateDeployedModel'),
    api(DEPLOY, call => {
      const request = readMessage(call.body(), MUTATE_DEPLOYED_MODEL_REQUEST);
      const endpoint = requireEndpoint(call);
      requireIdle(call, timers(), endpoint);
      const deployed = requireDeployed(endpoint, request.deployedModel?.id);
      const paths = readFieldMask(request.updateMask, MUTABLE);
      const changed = mutated(deployed.further, request.deployedModel, paths);
      return timers().begin({
        resource: resourceName('endpoints', endpoint.id),
        metadata: 'MutateDeployedModelOperationMetadata',
        permission: DEPLOY,
        share: UNDEPLOYING,
        complete: () => {
          deployed.further = changed;
          touchEndpoint(endpoint, call.cloud.now());
          return {
            '@type': `${TYPES}.MutateDeployedModelResponse`,
            deployedModel: deployedModelView(call.cloud, deployed),
          };
        },
      });
    }),
  );
}

/** Ids of what is being deployed. */
function idsOnTheWay(timers: OperationTimers, { id }: VertexEndpoint) {
  return timers
    .runningOn(resourceName('endpoints', id))
    .flatMap(operation => timers.planOf(operation)?.reserves ?? []);
}

function requireDeployed(
  endpoint: VertexEndpoint,
  id: string | undefined,
): DeployedModel {
  const deployed = endpoint.deployed.find(one => one.id === id);
  if (deployed) return deployed;
  throw notFound(`The DeployedModel with ID "${id ?? ''}" does not exist.`);
}

function setSplit(
  call: ApiCall,
  endpoint: VertexEndpoint,
  split: Record<string, number>,
): void {
  endpoint.trafficSplit = split;
  endpoint.credit.clear();
  touchEndpoint(endpoint, call.cloud.now());
}

/** A test has decided that this deployment fails. */
function plannedFailure(
  { cloud }: ApiCall,
  { id }: VertexEndpoint,
): RpcStatus | undefined {
  const plan = cloud.servingPlans.failNextDeploy;
  if (!plan || (plan.endpoint ?? id) !== id) return undefined;
  cloud.servingPlans.failNextDeploy = undefined;
  return rpcStatus(plan.code, plan.message);
}

/** What a deployed model becomes by a mask; the fields of its message are not touched. */
function mutated(before: Message, wanted: Message, paths: string[]): Message {
  const after = structuredClone(before);
  for (const path of paths) {
    const [field, inner] = path.split('.');
    if (inner) {
      after[field] ??= {};
      after[field][inner] = wanted[field]?.[inner];
    } else after[field] = wanted[field];
  }
  const { minReplicaCount, maxReplicaCount } = after.dedicatedResources ?? {};
  requireReplicas(minReplicaCount, maxReplicaCount);
  return after;
}
