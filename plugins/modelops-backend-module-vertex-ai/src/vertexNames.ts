/** Name of a resource as an answer writes it: with the number of the project, whatever it was asked by. @internal */
export interface VertexName {
  /** Id or number. */
  project: string;
  location: string;
  /** `customJobs`, `models`, `endpoints` … */
  collection: string;
  id: string;
  /** Of a model: version id or alias. */
  version?: string;
}

/** Name of a long-running operation. @internal */
export interface OperationName extends VertexName {
  operation: string;
}

/** No name is longer: a project, a location, a collection and an id of up to 128 characters. */
const LONGEST_NAME = 400;
const NAME =
  /^projects\/([a-z0-9][a-z0-9-]{0,31})\/locations\/([a-z0-9-]{1,40})\/([a-zA-Z]{1,40})\/([A-Za-z0-9_-]{1,128})(?:@([A-Za-z0-9-]{1,128}))?(?:\/operations\/([A-Za-z0-9_-]{1,128}))?$/;

/** Reads the name of a resource. Undefined for anything else, so that no answer can name a path of its own. @internal */
export function parseName(text: string | undefined): VertexName | undefined {
  const parts = partsOf(text);
  return parts && !parts.operation ? parts.name : undefined;
}

/** Reads the name of an operation on a resource. Undefined for anything else. @internal */
export function parseOperationName(
  text: string | undefined,
): OperationName | undefined {
  const parts = partsOf(text);
  return parts?.operation
    ? { ...parts.name, operation: parts.operation }
    : undefined;
}

function partsOf(text: string | undefined) {
  const match =
    text !== undefined && text.length <= LONGEST_NAME && NAME.exec(text);
  if (!match) return undefined;
  const [, project, location, collection, id, version, operation] = match;
  return {
    name: { project, location, collection, id, ...(version && { version }) },
    operation,
  };
}
