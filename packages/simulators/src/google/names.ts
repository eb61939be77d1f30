/** The project of the demo: ids may be used in requests, answers carry the number. */
export const PROJECT_ID = 'ml-demo';
export const PROJECT_NUMBER = '123456789012';

/** The one location that is simulated. */
export const LOCATION = 'europe-west4';

/** The collections of Vertex AI that are simulated. */
export type Collection = 'customJobs' | 'pipelineJobs' | 'models' | 'endpoints';

/** The name a resource has in answers: with the project's number. */
export function resourceName(collection: Collection, id: string): string {
  return `projects/${PROJECT_NUMBER}/locations/${LOCATION}/${collection}/${id}`;
}

/** The same name however the project was written; compare resource names only after this. */
export function canonicalName(name: string): string {
  return name.replace(
    new RegExp(`^projects/${PROJECT_ID}(?=/|$)`),
    `projects/${PROJECT_NUMBER}`,
  );
}

const PARENT = '/v1/projects/:project/locations/:location';

/** Express path of a collection, or of a method of it: `…/models`, `…/models:upload`. */
export function collectionPath(collection: Collection, verb?: string): string {
  return `${PARENT}/${collection}${verb ? `\\:${verb}` : ''}`;
}

/** Express path of one resource, `:id`, or of a method of it: `…/endpoints/{id}:predict`. */
export function itemPath(collection: Collection, verb?: string): string {
  return `${PARENT}/${collection}/:id([^:/]+)${verb ? `\\:${verb}` : ''}`;
}

/** Last segment of a resource name. */
export function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
