import {
  settleJob,
  type JobOutcomes,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { readChange } from './changeReading';
import { findEndpoint } from './endpoint';

/** Reads what became of the changes of one endpoint: one call, however many there are. @internal */
export async function readChanges(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
  outcomes: JobOutcomes,
): Promise<void> {
  const endpoint = await findEndpoint(client, call, jobs[0].resource);
  for (const job of jobs)
    await settleJob(outcomes, job, () =>
      readChange(client.settings, endpoint, job),
    );
}
