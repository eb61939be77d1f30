import type {
  FormQuestion,
  PlatformCall,
  PlatformForm,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { refusal } from '../vertexErrors';

export async function readChangeForm(
  client: VertexClient,
  _call: PlatformCall,
  _question: FormQuestion,
): Promise<PlatformForm> {
  throw refusal(client.connection.id, 'operation-unsupported', 'Being written.');
}
