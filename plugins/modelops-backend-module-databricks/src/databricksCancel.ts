import {
  PlatformError,
  type KnownJob,
  type PlatformCall,
  type PlatformErrorCode,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from './databricksClient';
import { readRun, toReading } from './databricksJobs';
import { jsonId } from './databricksJson';
import { emptySchema } from './databricksSchemas';

/** What Databricks may say to a cancel of a run that is over; which one it is, is not documented. */
const MAYBE_OVER: ReadonlySet<PlatformErrorCode> = new Set([
  'platform-rejected-request',
  'platform-conflict',
]);

/** Asks to cancel a run; it ends some time later. A run that is over already is no error. @internal */
export async function cancelRun(
  client: DatabricksClient,
  call: PlatformCall,
  job: KnownJob & { platformRunId: string },
): Promise<void> {
  try {
    await client.post(
      call,
      {
        path: '/api/2.2/jobs/runs/cancel',
        target: `run ${job.platformRunId}`,
        needs: `CAN_MANAGE_RUN on ${job.resource.canonical}`,
        runId: job.runId,
        repeat: 'read', // cancelling twice is cancelling
        body: { run_id: jsonId(job.platformRunId) },
      },
      emptySchema,
    );
  } catch (error) {
    if (!(error instanceof PlatformError) || !MAYBE_OVER.has(error.code))
      throw error;
    const { endedAt, state } = toReading(
      client,
      await readRun(client, call, job),
    );
    if (!endedAt && (state === 'submitted' || state === 'running')) throw error;
  }
}
