import type { Express } from 'express';
import { Predictor } from '../../training/Predictor';
import { PlainAnswer, type ApiCall, type ApiRoute } from '../apiRoute';
import {
  failedPrecondition,
  GoogleError,
  invalidArgument,
} from '../googleErrors';
import { readMessage } from '../messages/readMessage';
import { PREDICT_REQUEST } from '../messages/shapes';
import { itemPath, LOCATION, resourceName } from '../names';
import { isSharedHost } from './dedicatedDns';
import type { DeployedModel, VertexEndpoint } from './endpoints';
import { deployedModelName } from './endpointViews';
import { readInstances } from './readInstances';
import { requireEndpoint } from './requireEndpoint';
import { nextByShare } from './splitTraffic';

const PREDICT = 'aiplatform.endpoints.predict';

/** Bytes of a request: 1.5 MB on the shared host, 10 MB on a dedicated one. Source: reference, google section 3.6. */
const SHARED_LIMIT = 1_572_864;
const DEDICATED_LIMIT = 10_485_760;

/** Asking what is deployed. Source: reference, google section 3.6; prediction_service.proto. */
export function predictRoutes(
  app: Express,
  api: ApiRoute,
  predictor: Predictor,
): void {
  app.post(
    itemPath('endpoints', 'predict'),
    api(PREDICT, async call => {
      const endpoint = requireReachable(call);
      const { instances } = readMessage(call.body(), PREDICT_REQUEST);
      const { deployed, predictions } = await answer(endpoint, instances);
      return {
        predictions,
        deployedModelId: deployed.id,
        model: deployedModelName(call.cloud, deployed),
        modelDisplayName: deployed.model.displayName,
        modelVersionId: String(deployed.serves.version),
      };
    }),
  );
  app.post(
    itemPath('endpoints', 'rawPredict'),
    api(PREDICT, async call => {
      const endpoint = requireReachable(call);
      const { deployed, predictions } = await answer(
        endpoint,
        call.body().instances,
      );
      return new PlainAnswer(JSON.stringify({ predictions }), {
        'content-type': 'application/json',
        'x-vertex-ai-endpoint-id': endpoint.id,
        'x-vertex-ai-deployed-model-id': deployed.id,
      });
    }),
  );

  async function answer(
    endpoint: VertexEndpoint,
    instances: unknown,
  ): Promise<{ deployed: DeployedModel; predictions: number[] }> {
    if (!Array.isArray(instances) || instances.length === 0)
      throw invalidArgument('Required field instances is not set.');
    const deployed = nextByShare(endpoint);
    // Source of the text: GoogleCloudPlatform/explainable_ai_sdk, issue 3.
    if (!deployed)
      throw failedPrecondition(
        `Endpoint ${resourceName(
          'endpoints',
          endpoint.id,
        )} doesn't have traffic_split.`,
      );
    const { id, serves } = deployed;
    endpoint.predictions.set(id, (endpoint.predictions.get(id) ?? 0) + 1);
    try {
      const rows = readInstances(instances, serves.columns);
      return {
        deployed,
        predictions: await predictor.predict(serves.trained!, rows),
      };
    } catch (error) {
      if (!(error instanceof GoogleError)) throw error;
      // Source of the first half: googleapis/python-aiplatform, issue 190.
      throw invalidArgument(
        `Failed to handle request. endpoint_id: ${endpoint.id}, deployed_model_id: ${id} with error: \`${error.message}\``,
      );
    }
  }
}

/** The endpoint, if the request came to its host and is not too large. */
function requireReachable(call: ApiCall): VertexEndpoint {
  const { request } = call;
  const endpoint = requireEndpoint(call);
  const { dedicatedDns } = endpoint;
  if (dedicatedDns && isSharedHost(request))
    throw failedPrecondition(
      `Dedicated Endpoint cannot be accessed through the shared Vertex AI domain ${LOCATION}-aiplatform.googleapis.com. Please access the endpoint using its dedicated domain name '${dedicatedDns}'.`,
    );
  const limit = dedicatedDns ? DEDICATED_LIMIT : SHARED_LIMIT;
  if (Buffer.byteLength(String(request.body)) > limit)
    throw invalidArgument(
      `Request payload size exceeds the limit: ${limit} bytes.`,
    );
  return endpoint;
}
