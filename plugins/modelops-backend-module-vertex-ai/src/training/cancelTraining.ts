import {
  PlatformError,
  type KnownJob,
  type PlatformCall,
  type PlatformErrorCode,
} from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import type { VertexClient } from '../vertexClient';
import {
  jobRequest,
  requireRunId,
  readTraining,
  toReading,
} from './trainingJob';

/** What Vertex AI may say to a cancel of a job that is over; which one it is, is not documented. */
const MAYBE_OVER: ReadonlySet<PlatformErrorCode> = new Set([
  'platform-rejected-request',
  'platform-conflict',
]);

/** Asks to cancel a job; it ends some time later, or not: it may be done by then. One that is over already is no error. @internal */
export async function cancelTraining(
  client: VertexClient,
  call: PlatformCall,
  job: KnownJob & { platformRunId: string },
): Promise<void> {
  const { kind, id } = requireRunId(client, job.platformRunId);
  try {
    await client.post(
      call,
      {
        path: `${kind}/${id}:cancel`,
        ...jobRequest(kind, 'cancel', `job ${job.platformRunId}`),
        runId: job.runId,
        repeat: 'read', // cancelling twice is cancelling
        body: {},
      },
      z.object({}),
    );
  } catch (error) {
    if (!(error instanceof PlatformError) || !MAYBE_OVER.has(error.code))
      throw error;
    const { state } = toReading(client, await readTraining(client, call, job));
    if (state === 'submitted' || state === 'running') throw error;
  }
}
