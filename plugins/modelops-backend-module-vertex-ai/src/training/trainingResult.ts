import type { RunResult } from 'backstage-plugin-modelops-common';
import type {
  KnownJob,
  PlatformCall,
  PlatformResource,
} from 'backstage-plugin-modelops-node';
import { readMetrics } from '../registry/evaluationMetrics';
import { readAll, type VertexVersion } from '../registry/modelVersions';
import type { VertexClient } from '../vertexClient';
import { RUN_ID_LABEL } from '../vertexLabels';
import { modelLink } from '../vertexLinks';
import { parseName } from '../vertexNames';
import { nameOf } from '../vertexResources';

/**
 * The version that a training registered, with its evaluation: the first one that carries our id, or that says it was made by
 * our pipeline: one that somebody labels so later takes nobody's place. A custom job leaves no other trace in the registry.
 * @internal
 */
export async function readTrainingResult(
  client: VertexClient,
  call: PlatformCall,
  job: KnownJob & { platformRunId: string },
  model?: PlatformResource,
): Promise<RunResult> {
  if (model?.kind !== 'model') return { metrics: [] };
  const versions = await readAll(client, call, model);
  const made = versions.findLast(
    version =>
      version.labels[RUN_ID_LABEL] === job.runId ||
      isMadeBy(client, version, job.platformRunId),
  );
  if (!made) return { metrics: [] };
  return {
    modelVersion: {
      model: nameOf(model),
      version: String(made.version),
      status: 'READY', // the registry shows a version only once it is uploaded
      url: modelLink(client.settings, nameOf(model), String(made.version)),
    },
    metrics: await readMetrics(client, call, model, made),
  };
}

function isMadeBy(
  client: VertexClient,
  { pipelineJob }: VertexVersion,
  platformRunId: string,
): boolean {
  const name = parseName(pipelineJob);
  return (
    name !== undefined &&
    client.isOurs(name) &&
    `${name.collection}/${name.id}` === platformRunId
  );
}
