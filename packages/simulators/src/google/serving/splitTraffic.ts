import type { DeployedModel, VertexEndpoint } from './endpoints';

/**
 * Which deployed model answers next, undefined without traffic. Each hundred requests are split exactly: every model saves up
 * its share, and who has most answers. A real endpoint draws at random; a test wants to know.
 */
export function nextByShare({
  deployed,
  trafficSplit,
  credit,
}: VertexEndpoint): DeployedModel | undefined {
  const taking = deployed.filter(({ id }) => (trafficSplit[id] ?? 0) > 0);
  const savings = ({ id }: DeployedModel) => credit.get(id) ?? 0;
  for (const one of taking)
    credit.set(one.id, savings(one) + trafficSplit[one.id]);
  const [chosen] = [...taking].sort((a, b) => savings(b) - savings(a));
  if (chosen) credit.set(chosen.id, savings(chosen) - 100);
  return chosen;
}
