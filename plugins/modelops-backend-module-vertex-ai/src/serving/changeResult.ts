import type { RunResult } from 'backstage-plugin-modelops-common';
import type { KnownJob, PlatformCall } from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { refusal } from '../vertexErrors';

export async function readChangeResult(
  client: VertexClient,
  _call: PlatformCall,
  _job: KnownJob & { platformRunId: string },
): Promise<RunResult> {
  throw refusal(client.connection.id, 'operation-unsupported', 'Being written.');
}
