import type { KnownJob, PlatformCall } from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { settle, type Outcomes } from '../databricksOutcomes';
import { readChange } from './changeReading';
import { findEndpoint } from './endpoint';

/** Reads what became of the changes of one endpoint: one call, however many there are. @internal */
export async function readChanges(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
  outcomes: Outcomes,
): Promise<void> {
  const endpoint = await findEndpoint(client, call, jobs[0].resource);
  for (const job of jobs)
    await settle(outcomes, job, () =>
      readChange(client.settings, endpoint, job),
    );
}
