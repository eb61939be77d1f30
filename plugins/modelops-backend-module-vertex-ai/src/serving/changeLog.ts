import type { KnownJob, PlatformCall } from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { refusal } from '../vertexErrors';

export async function readChangeLog(
  client: VertexClient,
  _call: PlatformCall,
  _job: KnownJob & { platformRunId: string },
  _maxBytes: number,
): Promise<string> {
  throw refusal(client.connection.id, 'operation-unsupported', 'Being written.');
}
