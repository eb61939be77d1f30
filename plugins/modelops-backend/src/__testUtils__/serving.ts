import type { ParameterValue } from 'backstage-plugin-modelops-common';
import type { Response } from 'supertest';
import { newKey, type Portal, type Who } from './portal';

export const FRAUD = 'resource:default/fraud-detector';
const MODELS = '/v1/models/resource/default';

/** An operation of deploy or serve on the demo's fraud detector, unless told otherwise. */
export function change(
  portal: Portal,
  who: Who,
  action: 'deploy' | 'serve',
  operation: string,
  options: {
    entityRef?: string;
    version?: string;
    target?: string;
    revision?: string;
    parameters?: Record<string, ParameterValue>;
    idempotencyKey?: string;
  } = {},
): Promise<Response> {
  const { idempotencyKey = newKey(), ...body } = options;
  return portal.call(who, 'POST', '/v1/runs', {
    idempotencyKey,
    body: { entityRef: FRAUD, action, operation, ...body },
  });
}

/** What the endpoint of the demo's fraud detector serves, as that person sees it. */
export async function servingOf(
  portal: Portal,
  who: Who = 'ada',
  target?: string,
) {
  const query = target ? `?target=${encodeURIComponent(target)}` : '';
  const { body } = await portal.call(
    who,
    'GET',
    `${MODELS}/fraud-detector/serving${query}`,
  );
  return body;
}

/** Shares by version, of the demo's fraud detector, as Databricks serves it. */
export async function sharesAt(
  portal: Portal,
  endpoint = 'fraud-detector',
): Promise<Record<string, number>> {
  const found = await portal.simulators.databricks.endpoint(endpoint);
  return Object.fromEntries(
    (found?.config?.entities ?? []).map(({ model, version, share }) => [
      `${model.split('.').at(-1)} ${version}`,
      share,
    ]),
  );
}
