import { invalidParameter } from '../errors';
import type { Route } from './endpoints';

/** The traffic split of a body. With one served entity and no split, all goes to it. */
export function readRoutes(trafficConfig: unknown, names: string[]): Route[] {
  const given = (trafficConfig as { routes?: unknown } | undefined)?.routes;
  if (given === undefined) {
    if (names.length === 1) return [{ servedName: names[0], percentage: 100 }];
    throw invalidParameter(
      'traffic_config must be provided when there is more than one served entity',
    );
  }
  if (!Array.isArray(given) || given.length === 0)
    throw invalidParameter('traffic_config must have at least one route');
  const routes = given.map(route => readRoute(route ?? {}, names));
  const twice = routes.find(
    ({ servedName }, index) =>
      routes.findIndex(other => other.servedName === servedName) !== index,
  );
  if (twice)
    throw invalidParameter(
      `Only one route can be given for ${twice.servedName}`,
    );
  const sum = routes.reduce((total, { percentage }) => total + percentage, 0);
  if (sum !== 100)
    throw invalidParameter(
      `The sum of all traffic percentages must be 100, and is ${sum}`,
    );
  return routes;
}

function readRoute(route: Record<string, unknown>, names: string[]): Route {
  const servedName = route.served_entity_name ?? route.served_model_name;
  const percentage = route.traffic_percentage;
  if (
    route.served_entity_name !== undefined &&
    route.served_model_name !== undefined &&
    route.served_entity_name !== route.served_model_name
  )
    throw invalidParameter('A route names one served entity');
  if (typeof servedName !== 'string' || !names.includes(servedName))
    throw invalidParameter(
      `The route for ${servedName} names no served entity of this config`,
    );
  if (
    typeof percentage !== 'number' ||
    !Number.isInteger(percentage) ||
    percentage < 0 ||
    percentage > 100
  )
    throw invalidParameter(
      `traffic_percentage of ${servedName} must be an integer between 0 and 100`,
    );
  return { servedName, percentage };
}
