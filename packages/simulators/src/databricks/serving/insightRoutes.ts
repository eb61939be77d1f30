import type { Express } from 'express';
import { PlainAnswer, type ApiCall, type ApiRoute } from '../apiRoute';
import { resourceDoesNotExist } from '../errors';
import { requireEndpoint } from './endpointAccess';
import type { ServingEndpoint } from './endpoints';
import { requireServed } from './invocationRoutes';
import { metricsText } from './metricsText';
import { openApiView } from './openApiView';

const SCOPES = ['model-serving'];
const ENDPOINT = '/api/2.0/serving-endpoints/:name';

/** What an endpoint tells about itself besides its state: schema, metrics, logs. Source: reference, databricks 4.1. */
export function insightRoutes(app: Express, api: ApiRoute): void {
  app.get(
    `${ENDPOINT}/openapi`,
    api(SCOPES, call => openApiView(requireVisible(call), call.workspace.host)),
  );
  app.get(
    `${ENDPOINT}/metrics`,
    api(
      SCOPES,
      call =>
        new PlainAnswer(
          metricsText(requireVisible(call), call.workspace.clock.now()),
          { 'content-type': 'text/plain; charset=utf-8' },
        ),
    ),
  );
  app.get(
    `${ENDPOINT}/served-models/:servedName/build-logs`,
    api(SCOPES, call => {
      const endpoint = requireVisible(call);
      const logs = endpoint.buildLogs.get(call.param('servedName'));
      if (logs) return { logs: `${logs.join('\n')}\n` };
      throw resourceDoesNotExist(
        `Served model ${call.param('servedName')} not found in endpoint ${
          endpoint.name
        }`,
      );
    }),
  );
  app.get(
    `${ENDPOINT}/served-models/:servedName/logs`,
    api(SCOPES, call => {
      const endpoint = requireVisible(call);
      const { name } = requireServed(endpoint, call.param('servedName'));
      const samples =
        endpoint.counts.get(name)?.recent(call.workspace.clock.now()) ?? [];
      return {
        logs: [
          `[${name}] Model server is ready`,
          ...samples.map(
            ({ at, status }) =>
              `[${name}] ${new Date(
                at,
              ).toISOString()} POST /invocations ${status}`,
          ),
          '',
        ].join('\n'),
      };
    }),
  );
}

function requireVisible(call: ApiCall): ServingEndpoint {
  return requireEndpoint(
    call.workspace,
    call.principal,
    call.param('name'),
    'CAN_VIEW',
  );
}
