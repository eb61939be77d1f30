import type { VertexSettings } from './vertexSettings';

/**
 * Links to the console are made here, of ids that were checked, and never taken from an answer. Paths as Google's Python SDK
 * prints them (Aug 2026); older ones are redirected.
 */
type Place = Pick<VertexSettings, 'consoleHost' | 'project' | 'location'>;

/** Page of a custom job; `id` is the last part of its name. @internal */
export function customJobLink(place: Place, id: string): string {
  return link(
    place,
    `agent-platform/locations/${place.location}/training/${id}`,
  );
}

/** Page of a pipeline job. @internal */
export function pipelineJobLink(place: Place, id: string): string {
  return link(
    place,
    `vertex-ai/locations/${place.location}/pipelines/runs/${id}`,
  );
}

/** Page of a model, or of one of its versions. @internal */
export function modelLink(place: Place, id: string, version?: string): string {
  const page = `vertex-ai/models/locations/${place.location}/models/${id}`;
  return link(place, version ? `${page}/versions/${version}` : page);
}

/** Page of an endpoint. @internal */
export function endpointLink(place: Place, id: string): string {
  return link(
    place,
    `vertex-ai/online-prediction/locations/${place.location}/endpoints/${id}`,
  );
}

/** List of the project's training jobs. @internal */
export function trainingLink(place: Place): string {
  return link(place, `vertex-ai/training/custom-jobs`);
}

function link({ consoleHost, project }: Place, path: string): string {
  const url = new URL(
    path.split('/').map(encodeURIComponent).join('/'),
    `${consoleHost}/`,
  );
  url.searchParams.set('project', project);
  return url.href;
}
