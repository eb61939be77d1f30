import type { KnownJob, PlatformCall } from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { refusal } from '../vertexErrors';
import type { Outcomes } from '../vertexOutcomes';

/** Reads what became of the changes of one endpoint. @internal */
export async function readChanges(
  client: VertexClient,
  _call: PlatformCall,
  _jobs: readonly KnownJob[],
  _outcomes: Outcomes,
): Promise<void> {
  throw refusal(client.connection.id, 'operation-unsupported', 'Being written.');
}
