import type { ServedVersion } from 'backstage-plugin-modelops-common';
import {
  shownName,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import { nameOf, parseResource } from '../vertexResources';
import type { VertexClient } from '../vertexClient';
import { parseName } from '../vertexNames';
import type { DeployedModel, Endpoint } from './endpointSchemas';

/** Tells whether a name lies in the project and location of the connection. An endpoint can serve models of elsewhere. */
type Place = Pick<VertexClient, 'isOurs'>;

/** What an endpoint serves; `ours` are the versions of `model`. @internal */
export function servedVersions(
  place: Place,
  endpoint: Pick<Endpoint, 'deployedModels' | 'trafficSplit'> | undefined,
  model: PlatformResource | undefined,
): ServedVersion[] {
  return (endpoint?.deployedModels ?? []).map(deployed => {
    const registered = registeredModelOf(place, deployed);
    const { minReplicaCount } = deployed.dedicatedResources ?? {};
    return {
      id: deployed.id,
      model: shownName(registered?.name ?? deployed.displayName) ?? deployed.id,
      version: versionOf(deployed),
      share: endpoint!.trafficSplit.get(deployed.id) ?? 0,
      ours: model !== undefined && registered?.canonical === model.canonical,
      // What could not be deployed is not in the list.
      state: 'ready' as const,
      size: sizeOf(deployed),
      scaleToZero:
        minReplicaCount === undefined ? undefined : minReplicaCount === 0,
      createdAt: deployed.createTime?.toISOString(),
    };
  });
}

/** Canonical resources of the models behind an endpoint that are of its own project and location, each once. @internal */
export function servedModels(
  place: Place,
  deployed: readonly DeployedModel[],
): string[] {
  const models = deployed.flatMap(one => servedModelOf(place, one) ?? []);
  return [...new Set(models)];
}

/** Canonical resource of the model that is deployed. Undefined for one of elsewhere. @internal */
export function servedModelOf(
  place: Place,
  deployed: DeployedModel | undefined,
): string | undefined {
  return deployed && registeredModelOf(place, deployed)?.canonical;
}

/** The model that is deployed. Undefined for one of elsewhere, which no annotation of this connection can name. */
function registeredModelOf(
  place: Place,
  { model }: DeployedModel,
): { canonical: string; name: string } | undefined {
  const name = parseName(model);
  if (name?.collection !== 'models' || !place.isOurs(name)) return undefined;
  const resource = parseResource(`model/${name.id}`);
  return resource && { canonical: resource.canonical, name: nameOf(resource) };
}

/** A version as the registry writes it; an alias is no version. */
function versionOf({ modelVersionId, model }: DeployedModel) {
  const version = modelVersionId ?? parseName(model)?.version;
  return version && /^[1-9][0-9]{0,14}$/.test(version) ? version : undefined;
}

/** `n1-standard-2, 1 to 3 machines`; what shares its machines with others has no size of its own. */
function sizeOf({ dedicatedResources }: DeployedModel): string | undefined {
  if (!dedicatedResources) return undefined;
  const {
    machineSpec,
    minReplicaCount: least,
    maxReplicaCount: most,
  } = dedicatedResources;
  const { machineType, acceleratorType, acceleratorCount } = machineSpec ?? {};
  const machines =
    most > least
      ? `${least} to ${most} machines`
      : `${least} ${least === 1 ? 'machine' : 'machines'}`;
  return shownName(
    [
      machineType,
      acceleratorType && acceleratorCount
        ? `${acceleratorCount} × ${acceleratorType}`
        : undefined,
      machines,
    ]
      .filter(Boolean)
      .join(', '),
  );
}
