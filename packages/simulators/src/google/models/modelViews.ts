import type { GoogleCloud } from '../GoogleCloud';
import type { Message } from '../messages/readMessage';
import { resourceName } from '../names';
import { etagOf } from '../serving/endpoints';
import type { FoundVersion } from './modelReferences';
import type { ModelEvaluation } from './vertexModels';

/**
 * A model as one of its versions. Whether the name carries the version is up to the question: a list of versions and a read
 * by `@` have it, a read or list of models has not. Labels of model and version are merged. Source: reference, google section
 * 3.4; UpdateModelRequest.
 */
export function modelView(
  cloud: GoogleCloud,
  { model, version }: FoundVersion,
  name: 'with-version' | 'plain',
): Message {
  const aliases = [...model.aliases]
    .filter(([, number]) => number === version.version)
    .map(([alias]) => alias);
  const labels = new Map([...model.labels, ...version.labels]);
  const deployed = deploymentsOf(cloud, { model, version });
  return {
    name:
      name === 'with-version'
        ? versionName({ model, version })
        : resourceName('models', model.id),
    versionId: String(version.version),
    versionAliases: aliases,
    versionCreateTime: toTimestamp(version.createdAt),
    versionUpdateTime: toTimestamp(version.updatedAt),
    displayName: model.displayName,
    ...(model.description && { description: model.description }),
    ...(version.description && { versionDescription: version.description }),
    createTime: toTimestamp(model.createdAt),
    updateTime: toTimestamp(model.updatedAt),
    supportedDeploymentResourcesTypes: ['DEDICATED_RESOURCES'],
    supportedInputStorageFormats: ['jsonl', 'bigquery', 'csv'],
    supportedOutputStorageFormats: ['jsonl', 'bigquery'],
    modelSourceInfo: { sourceType: 'CUSTOM' },
    ...version.further,
    ...(deployed.length > 0 && { deployedModels: deployed }),
    ...(labels.size > 0 && { labels: Object.fromEntries(labels) }),
    etag: etagOf(model),
  };
}

/** `projects/…/models/{id}@{version}`. */
export function versionName({ model, version }: FoundVersion): string {
  return resourceName('models', `${model.id}@${version.version}`);
}

/** Where a version is deployed. */
export function deploymentsOf(
  cloud: GoogleCloud,
  { model, version }: FoundVersion,
): Array<{ endpoint: string; deployedModelId: string }> {
  return [...cloud.endpoints.values()].flatMap(endpoint =>
    endpoint.deployed
      .filter(one => one.model.id === model.id && one.serves === version)
      .map(({ id }) => ({
        endpoint: resourceName('endpoints', endpoint.id),
        deployedModelId: id,
      })),
  );
}

export function evaluationView(
  found: FoundVersion,
  evaluation: ModelEvaluation,
): Message {
  return {
    name: `${versionName(found)}/evaluations/${evaluation.id}`,
    ...(evaluation.displayName && { displayName: evaluation.displayName }),
    metrics: evaluation.metrics,
    ...evaluation.further,
    createTime: toTimestamp(evaluation.createdAt),
  };
}

/** Epoch milliseconds as the APIs write a time. */
export function toTimestamp(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString();
}
