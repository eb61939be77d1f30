import {
  shownName,
  shownText,
  type PlatformCall,
  type PlatformResource,
  type PlatformVersion,
  type PlatformVersionDetail,
} from 'backstage-plugin-modelops-node';
import { readTrainingParameters } from '../training/trainingParameters';
import type { VertexClient } from '../vertexClient';
import { modelLink } from '../vertexLinks';
import { nameOf } from '../vertexResources';
import { readMetrics } from './evaluationMetrics';
import type { VertexVersion } from './modelVersions';
import { findSourceJob } from './sourceJob';

/** A version as we show it: with its newest evaluation, and the job that made it. @internal */
export async function toPlatformVersion(
  client: VertexClient,
  call: PlatformCall,
  model: PlatformResource,
  version: VertexVersion,
): Promise<PlatformVersion> {
  const [metrics, sourceJob] = await Promise.all([
    readMetrics(client, call, model, version),
    findSourceJob(client, call, version),
  ]);
  return {
    version: String(version.version),
    aliases: version.versionAliases.flatMap(alias => shownName(alias) ?? []),
    // Vertex AI lists a version when its upload is done; one on its way is an operation.
    state: 'ready',
    description: shownText(version.versionDescription),
    createdAt: version.versionCreateTime?.toISOString(),
    metrics,
    sourceJob,
    url: modelLink(client.settings, nameOf(model), String(version.version)),
  };
}

/** A version with what it was trained with, as far as the caller may look at its job. @internal */
export async function toVersionDetail(
  client: VertexClient,
  call: PlatformCall,
  model: PlatformResource,
  version: VertexVersion,
): Promise<PlatformVersionDetail> {
  const shown = await toPlatformVersion(client, call, model, version);
  const { sourceJob } = shown;
  const parameters = sourceJob
    ? await readTrainingParameters(client, call, sourceJob)
    : {};
  return { ...shown, parameters };
}
