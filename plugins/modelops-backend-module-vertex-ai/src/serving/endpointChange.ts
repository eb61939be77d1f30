import {
  planDeploy,
  planPromote,
  planStop,
  planTraffic,
  type ServedVersion,
  type TrafficPlan,
  type TrafficShares,
} from 'backstage-plugin-modelops-common';
import type {
  PlatformResource,
  StartJob,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { deployedModelIdOf } from './changeId';
import { askedMachines, hasMachines, toDedicatedResources } from './machines';
import type { Endpoint } from './endpointSchemas';
import { servedVersions } from './servedVersions';

/** A change of an endpoint, with the model whose versions it is about. @internal */
export type EndpointJob = StartJob & { model: PlatformResource };

/** What has to be done for a change; or, in a sentence, why it cannot be made. @internal */
export type EndpointChange =
  /** A version is put beside the others. `shares` say `0` in place of its own id, as `deployModel` does. */
  | {
      kind: 'deploy';
      deployedModelId: string;
      resources: Record<string, unknown>;
      shares: TrafficShares;
    }
  | { kind: 'move'; shares: TrafficShares }
  /** First the shares, and then they are taken off one by one. */
  | { kind: 'undeploy'; shares: TrafficShares; deployedModelIds: string[] }
  | { kind: 'impossible'; why: string };

/** In `deployModel`, the model that is being deployed. Source: DeployModelRequest. */
const NEW_MODEL = '0';

/** Decides what to do: only the model's own versions and shares change. @internal */
export function planChange(
  place: Pick<VertexClient, 'isOurs'>,
  endpoint: Endpoint | undefined,
  job: EndpointJob,
): EndpointChange {
  if (!endpoint && job.operation !== 'deploy')
    return impossible('it does not exist');
  const undivided = endpoint && problemWithShares(endpoint);
  if (undivided) return impossible(undivided);
  const served = servedVersions(place, endpoint, job.model);
  switch (job.operation) {
    case 'deploy':
      return planDeployment(endpoint, job, served);
    case 'stop':
      return planEnd(job, served);
    default:
      return toMove(planOf(job, served));
  }
}

function planDeployment(
  endpoint: Endpoint | undefined,
  job: EndpointJob,
  served: readonly ServedVersion[],
): EndpointChange {
  const asked = askedMachines(job.parameters);
  if (!asked.ok) return impossible(asked.problem);
  const again = served.find(one => one.ours && one.version === job.version);
  const share = Number(job.parameters.traffic);
  if (again) {
    const deployed = endpoint?.deployedModels.find(({ id }) => id === again.id);
    if (!deployed || !hasMachines(deployed, asked.machines))
      return impossible(
        `version ${job.version} is deployed there already, with ${
          again.size ?? 'other machines'
        }, and Vertex AI cannot change that. Move its traffic, or stop it first`,
      );
    return toMove(planDeploy(served, again.id, share));
  }
  const deployedModelId = deployedModelIdOf(job.runId);
  const plan = planDeploy(served, deployedModelId, share);
  if (!plan.ok) return impossible(plan.problem);
  const { [deployedModelId]: own, ...others } = plan.shares;
  return {
    kind: 'deploy',
    deployedModelId,
    resources: toDedicatedResources(asked.machines),
    shares: { ...others, [NEW_MODEL]: own },
  };
}

function planEnd(
  { version }: EndpointJob,
  served: readonly ServedVersion[],
): EndpointChange {
  const plan = planStop(served, version);
  if (!plan.ok) return impossible(plan.problem);
  const gone = served.filter(({ id }) => !Object.hasOwn(plan.shares, id));
  const total = Object.values(plan.shares).reduce((sum, one) => sum + one, 0);
  return {
    kind: 'undeploy',
    // Nothing but an empty split is taken where nothing is left that answers.
    shares: total === 0 ? {} : plan.shares,
    deployedModelIds: gone.map(({ id }) => id),
  };
}

function planOf(
  { operation, version, parameters }: EndpointJob,
  served: readonly ServedVersion[],
): TrafficPlan {
  if (operation === 'promote') return planPromote(served, version ?? '');
  // Without a share it would change nothing.
  return Object.keys(parameters).length === 0
    ? { ok: false, problem: 'no share is given' }
    : planTraffic(served, parameters);
}

function toMove(plan: TrafficPlan): EndpointChange {
  return plan.ok
    ? { kind: 'move', shares: plan.shares }
    : impossible(plan.problem);
}

/** Shares can be moved only if we understand how they are divided now. An empty split means that nothing is asked. */
function problemWithShares({
  deployedModels,
  trafficSplit,
}: Endpoint): string | undefined {
  const ids = new Set(deployedModels.map(({ id }) => id));
  const total = [...trafficSplit.values()].reduce((sum, one) => sum + one, 0);
  const understood =
    ids.size === deployedModels.length &&
    [...trafficSplit.keys()].every(id => ids.has(id)) &&
    (trafficSplit.size === 0 || total === 100);
  return understood
    ? undefined
    : 'Vertex AI describes its traffic in a way we do not understand';
}

function impossible(why: string): EndpointChange {
  return { kind: 'impossible', why };
}
