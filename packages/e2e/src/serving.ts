import { expect } from '@playwright/test';
import type { Portal } from './portal';

/** What a simulated endpoint answers with now: shares by version, `2: 90`. */
export async function servedAt(
  portal: Portal,
  endpoint: string,
): Promise<string[]> {
  const found = await portal.simulators.databricks.endpoint(endpoint);
  return (found?.config?.entities ?? []).map(
    ({ version, share }) => `${version}: ${share}`,
  );
}

/** Ends the rollout that is under way. Waits until there is one. */
export async function finishRollout(
  portal: Portal,
  endpoint: string,
  options: { failure?: string } = {},
) {
  const { databricks } = portal.simulators;
  await expect
    .poll(async () => (await databricks.endpoint(endpoint))?.update)
    .toBe('IN_PROGRESS');
  await databricks.finishUpdate(endpoint, options);
}

/** Ends all rollouts that a test has left. */
export async function finishRollouts(portal: Portal) {
  const { databricks, google } = portal.simulators;
  for (const { name, update } of await databricks.endpoints())
    if (update === 'IN_PROGRESS') await databricks.finishUpdate(name);
  for (const { running } of await google.endpoints())
    for (const operation of running) await google.finishOperation(operation);
}
