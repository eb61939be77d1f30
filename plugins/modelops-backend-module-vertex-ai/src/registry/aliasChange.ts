import type {
  JobReading,
  KnownJob,
  PlatformCall,
  PlatformForm,
  PlatformResource,
  StartJob,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { refusal } from '../vertexErrors';
import type { Outcomes } from '../vertexOutcomes';

export async function readAliasForm(
  client: VertexClient,
  _call: PlatformCall,
  _resource: PlatformResource,
): Promise<PlatformForm> {
  throw refusal(client.connection.id, 'operation-unsupported', 'Being written.');
}

export async function setAlias(
  client: VertexClient,
  _call: PlatformCall,
  _job: StartJob,
): Promise<Extract<JobReading, { kind: 'found' }>> {
  throw refusal(client.connection.id, 'operation-unsupported', 'Being written.');
}

export async function readAliasChanges(
  client: VertexClient,
  _call: PlatformCall,
  _jobs: readonly KnownJob[],
  _outcomes: Outcomes,
): Promise<void> {
  throw refusal(client.connection.id, 'operation-unsupported', 'Being written.');
}
