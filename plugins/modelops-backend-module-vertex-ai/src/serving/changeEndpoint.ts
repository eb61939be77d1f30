import type {
  JobReading,
  PlatformCall,
  StartJob,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { refusal } from '../vertexErrors';

export async function changeEndpoint(
  client: VertexClient,
  _call: PlatformCall,
  _job: StartJob & { principal: string },
): Promise<Extract<JobReading, { kind: 'found' }>> {
  throw refusal(client.connection.id, 'operation-unsupported', 'Being written.');
}
