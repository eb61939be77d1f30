import {
  invalidAnswer,
  type PlatformAnswer,
  type PlatformCall,
  PlatformError,
  type PlatformQuestion,
  type PlatformResource,
  type PlatformResponse,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { parseDatabricksJson } from '../databricksJson';
import { nameOf } from '../databricksResources';
import { findEndpoint } from './endpoint';
import { servedVersions } from './servedVersions';

/**
 * Longest time Databricks lets a model take, in milliseconds; the caller's own deadline is shorter.
 * Source: https://docs.databricks.com/aws/en/machine-learning/model-serving/model-serving-limits
 */
const LONGEST_PREDICTION_MS = 297_000;

/** Asks a served model once. @internal */
export async function predict(
  client: DatabricksClient,
  call: PlatformCall,
  resource: PlatformResource,
  question: PlatformQuestion,
): Promise<PlatformAnswer> {
  requireModelOfVersion(client, resource, question);
  const versions = readVersions(client, call, resource, question.model);
  const asked =
    question.version === undefined
      ? undefined
      : servedAs(client, resource, question.version, await versions);
  const [response, names] = await Promise.all([
    ask(client, call, resource, question, asked),
    // Only to say which version answered.
    versions.catch(() => new Map<string, string>()),
  ]);
  const answeredBy = response.headers.get('served-model-name');
  return {
    predictions: predictionsOf(client, resource, response),
    version: answeredBy === null ? question.version : names.get(answeredBy),
    bytes: Buffer.byteLength(response.text),
  };
}

/** Several models of an endpoint may have a version 1: it is asked for only where it is known whose. @internal */
export function requireModelOfVersion(
  { connection }: DatabricksClient,
  resource: PlatformResource,
  { version, model }: { version?: string; model?: PlatformResource },
): void {
  if (version === undefined || model) return;
  throw new PlatformError(
    connection.id,
    'operation-unsupported',
    `It is not known whose version ${version.slice(0, 20)} of ${
      resource.canonical
    } is meant. Bind modelops/model to model/<catalog.schema.name> or registered-model/<name>, or ask without a version.`,
    { refused: true },
  );
}

/** Versions of the model by the name they are served as; of all models if it is not said which. */
async function readVersions(
  client: DatabricksClient,
  call: PlatformCall,
  resource: PlatformResource,
  model: PlatformResource | undefined,
): Promise<Map<string, string>> {
  const endpoint = await findEndpoint(client, call, resource);
  return new Map(
    servedVersions(endpoint?.config, model).flatMap(({ id, version, ours }) =>
      version !== undefined && (ours || !model) ? [[id, version]] : [],
    ),
  );
}

function servedAs(
  { connection }: DatabricksClient,
  resource: PlatformResource,
  version: string,
  versions: ReadonlyMap<string, string>,
): string {
  const found = [...versions].find(([, served]) => served === version);
  if (found) return found[0];
  throw new PlatformError(
    connection.id,
    'platform-not-found',
    `${resource.canonical} of ${
      connection.id
    } does not serve version ${version.slice(0, 20)}. Look at what it serves.`,
    { refused: true },
  );
}

/** Never repeated: a model may have been asked although its answer was lost. */
async function ask(
  client: DatabricksClient,
  call: PlatformCall,
  resource: PlatformResource,
  question: PlatformQuestion,
  servedName: string | undefined,
): Promise<PlatformResponse> {
  const endpoint = `/serving-endpoints/${encodeURIComponent(nameOf(resource))}`;
  const served =
    servedName && `/served-models/${encodeURIComponent(servedName)}`;
  try {
    return await client.send(
      call,
      {
        path: `${endpoint}${served ?? ''}/invocations`,
        target: resource.canonical,
        needs: `CAN_QUERY on ${resource.canonical}`,
        maxBytes: question.maxBytes,
        deadlineMs: LONGEST_PREDICTION_MS,
      },
      {
        method: 'POST',
        repeat: 'once',
        body: { json: JSON.stringify(toBody(question.instances)) },
      },
    );
  } catch (error) {
    if (
      error instanceof PlatformError &&
      error.code === 'platform-rejected-request'
    )
      throw new PlatformError(
        client.connection.id,
        error.code,
        `The model behind ${resource.canonical} could not make a prediction for this input. Check names and types of its fields.`,
        { refused: error.refused },
      );
    throw error;
  }
}

/** Rows with names as records, others as they are. */
function toBody(instances: readonly unknown[]): Record<string, unknown> {
  const named = instances.every(
    row => typeof row === 'object' && row !== null && !Array.isArray(row),
  );
  return named ? { dataframe_records: instances } : { instances };
}

/** `predictions` of a custom model; what has none, such as a chat, as a whole. */
function predictionsOf(
  client: DatabricksClient,
  resource: PlatformResource,
  { text }: PlatformResponse,
): unknown {
  const answer = parseAnswer(text);
  if (typeof answer === 'object' && answer !== null)
    return Object.hasOwn(answer, 'predictions')
      ? (answer as { predictions: unknown }).predictions
      : answer;
  throw invalidAnswer(
    client.connection.id,
    `sent a prediction of ${resource.canonical} that we do not understand`,
  );
}

/** Keeps the digits of long integers. Where there are none this is faster by far: 4 MB would take seconds. */
function parseAnswer(text: string): unknown {
  try {
    if (!/(?<![0-9.])[0-9]{16}/.test(text)) return JSON.parse(text);
  } catch {
    // bare NaN, for one
  }
  return parseDatabricksJson(text);
}
