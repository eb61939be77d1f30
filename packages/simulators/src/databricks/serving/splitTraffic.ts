import type { ServedEntity, ServingEndpoint } from './endpoints';

/**
 * Which served entity answers next. Each hundred requests are split exactly by the shares, and those of a small share are
 * spread among the others: every route saves up its share, and who has most answers. A real endpoint draws at random; a
 * test wants to know.
 */
export function nextByShare(endpoint: ServingEndpoint): ServedEntity {
  const { routes, entities } = endpoint.config!;
  const { credit } = endpoint;
  for (const { servedName, percentage } of routes)
    credit.set(servedName, (credit.get(servedName) ?? 0) + percentage);
  const chosen = routes.reduce((best, route) =>
    credit.get(route.servedName)! > credit.get(best.servedName)! ? route : best,
  );
  credit.set(chosen.servedName, credit.get(chosen.servedName)! - 100);
  return entities.find(({ name }) => name === chosen.servedName)!;
}
