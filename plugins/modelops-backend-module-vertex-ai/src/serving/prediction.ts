import {
  invalidAnswer,
  type PlatformAnswer,
  type PlatformCall,
  PlatformError,
  type PlatformQuestion,
  type PlatformResource,
  type PlatformResponse,
  refusal,
} from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import type { VertexClient, VertexRequest } from '../vertexClient';
import { text } from '../vertexFields';
import { endpointPath, findEndpoint } from './endpoint';
import type { Endpoint } from './endpointSchemas';
import { predictionHost } from './predictionHost';
import { servedVersions } from './servedVersions';

/**
 * Longest time a model may take, in milliseconds: what the shared host allows. Dedicated ones allow more, the caller's own
 * deadline does not.
 */
const LONGEST_PREDICTION_MS = 60_000;

/** Answer of `:predict`. Source: prediction_service.proto. */
const answerSchema = z.object({
  predictions: z.unknown(),
  deployedModelId: text,
});

/** Asks an endpoint once. Which of its versions answers, the traffic shares decide. @internal */
export async function predict(
  client: VertexClient,
  call: PlatformCall,
  resource: PlatformResource,
  question: PlatformQuestion,
): Promise<PlatformAnswer> {
  requireModelOfVersion(client, resource, question);
  const endpoint = await findAsked(client, call, resource, question);
  const served = servedVersions(client, endpoint, question.model);
  if (endpoint) requireTraffic(client, resource, served);
  requireAnswersAll(client, resource, question.version, served);
  const request: VertexRequest = {
    path: `${endpointPath(resource)}:predict`,
    host: predictionHost(client, resource, endpoint),
    target: resource.canonical,
    needs: 'aiplatform.endpoints.predict',
    maxBytes: question.maxBytes,
    deadlineMs: LONGEST_PREDICTION_MS,
  };
  const response = await ask(client, call, request, question.instances);
  const answer = client.parse(response, request, answerSchema);
  if (answer.predictions === undefined)
    throw invalidAnswer(
      client.connection.id,
      `sent a prediction of ${resource.canonical} that we do not understand`,
    );
  return {
    predictions: answer.predictions,
    version: served.find(
      one => one.id === answer.deployedModelId && (one.ours || !question.model),
    )?.version,
    bytes: Buffer.byteLength(response.text),
  };
}

/** Several models of an endpoint may have a version 1: it is asked for only where it is known whose. @internal */
export function requireModelOfVersion(
  { connection }: VertexClient,
  resource: PlatformResource,
  { version, model }: { version?: string; model?: PlatformResource },
): void {
  if (version === undefined || model?.kind === 'model') return;
  throw refusal(
    connection.id,
    'operation-unsupported',
    `It is not known whose version ${version.slice(0, 20)} of ${
      resource.canonical
    } is meant. Bind modelops/model to model/<id>, or ask without a version.`,
  );
}

/** The endpoint, if the caller may see it: who may only ask is answered by the shared host, without a version. */
async function findAsked(
  client: VertexClient,
  call: PlatformCall,
  resource: PlatformResource,
  { version }: PlatformQuestion,
): Promise<Endpoint | undefined> {
  try {
    return await findEndpoint(client, call, resource);
  } catch (error) {
    if (
      version === undefined &&
      error instanceof PlatformError &&
      error.code === 'platform-permission-denied'
    )
      return undefined;
    throw error;
  }
}

/** Vertex AI would refuse it in the same way as an input that the model does not understand. */
function requireTraffic(
  { connection }: VertexClient,
  { canonical }: PlatformResource,
  served: ReturnType<typeof servedVersions>,
): void {
  if (served.some(({ share }) => share > 0)) return;
  throw refusal(
    connection.id,
    'platform-rejected-request',
    `${canonical} sends its traffic to no version. Deploy one, or move the traffic.`,
  );
}

/** `:predict` cannot be aimed at one of several; one that has all of the traffic answers anyway. */
function requireAnswersAll(
  { connection }: VertexClient,
  resource: PlatformResource,
  version: string | undefined,
  served: ReturnType<typeof servedVersions>,
): void {
  if (version === undefined) return;
  const asked = served.filter(one => one.ours && one.version === version);
  if (asked.length === 0)
    throw refusal(
      connection.id,
      'platform-not-found',
      `${resource.canonical} of ${
        connection.id
      } does not serve version ${version.slice(
        0,
        20,
      )}. Look at what it serves.`,
    );
  if (asked.reduce((sum, { share }) => sum + share, 0) === 100) return;
  throw refusal(
    connection.id,
    'operation-unsupported',
    `Vertex AI cannot ask version ${version} alone: the traffic shares of ${resource.canonical} decide which version answers. Ask without a version, or deploy it to an endpoint of its own.`,
  );
}

/** Once: a model may have been asked although its answer was lost. */
async function ask(
  client: VertexClient,
  call: PlatformCall,
  request: VertexRequest,
  instances: readonly unknown[],
): Promise<PlatformResponse> {
  try {
    return await client.send(call, request, {
      method: 'POST',
      repeat: 'once',
      body: { json: JSON.stringify({ instances }) },
    });
  } catch (error) {
    if (
      error instanceof PlatformError &&
      error.code === 'platform-rejected-request'
    )
      throw new PlatformError(
        client.connection.id,
        error.code,
        `The model behind ${request.target} could not make a prediction for this input. Check names and types of its fields.`,
        { refused: error.refused },
      );
    throw error;
  }
}
