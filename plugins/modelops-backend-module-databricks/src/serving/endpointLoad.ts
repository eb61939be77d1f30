import type { ServingLoad } from 'backstage-plugin-modelops-common';
import {
  PlatformError,
  type PlatformCall,
  type PlatformErrorCode,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { nameOf } from '../databricksResources';
import { endpointPath } from './endpoint';
import {
  parseOpenMetrics,
  quantileOf,
  sumOf,
  type Sample,
} from './openMetrics';

/** Refusals that mean only that this caller, or this endpoint, has no metrics. */
const UNTOLD: ReadonlySet<PlatformErrorCode> = new Set([
  'platform-not-found',
  'platform-permission-denied',
  'platform-rejected-request',
]);

/** How much an endpoint was asked over the last minute. @internal */
export async function readLoad(
  client: DatabricksClient,
  call: PlatformCall,
  resource: PlatformResource,
): Promise<ServingLoad | undefined> {
  try {
    const { text } = await client.send(
      call,
      {
        path: `${endpointPath(nameOf(resource))}/metrics`,
        target: `the metrics of ${resource.canonical}`,
        needs: `CAN_MANAGE on ${resource.canonical}`,
      },
      { method: 'GET', repeat: 'read' },
    );
    return toLoad(parseOpenMetrics(text), new Date());
  } catch (error) {
    if (error instanceof PlatformError && UNTOLD.has(error.code))
      return undefined;
    throw error;
  }
}

/**
 * What the samples say. They are about the last minute although their names end in `_total`.
 * Source: https://docs.databricks.com/aws/en/machine-learning/model-serving/metrics-export-serving-endpoint
 * @internal
 */
export function toLoad(
  samples: readonly Sample[],
  now: Date,
): ServingLoad | undefined {
  const requests = sumOf(samples, 'request_count_total');
  const failed =
    (sumOf(samples, 'request_4xx_count_total') ?? 0) +
    (sumOf(samples, 'request_5xx_count_total') ?? 0);
  const latency = 'request_latency_ms';
  const load = {
    requestsPerMinute: requests,
    errorRate: requests ? Math.min(failed / requests, 1) : undefined,
    latencyP50: quantileOf(samples, latency, 0.5),
    latencyP99: quantileOf(samples, latency, 0.99),
  };
  return Object.values(load).every(value => value === undefined)
    ? undefined
    : { at: timeOf(samples, now).toISOString(), ...load };
}

/** Time of the newest sample, unless it lies in the future. */
function timeOf(samples: readonly Sample[], now: Date): Date {
  const newest = samples.reduce((time, { at = 0 }) => Math.max(time, at), 0);
  return newest > 0 && newest <= now.getTime() ? new Date(newest) : now;
}
