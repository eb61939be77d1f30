import type {
  JobReading,
  PlatformCall,
  StartJob,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { startTraining } from './startTraining';

type Found = Extract<JobReading, { kind: 'found' }>;

/**
 * Starts trainings, one at a time for a run: Vertex AI takes no id for a custom job, so two that look for it and find none would
 * create two. One for the process; replicas are kept apart by the backend, which claims a run before it starts it.
 * @internal
 */
export class TrainingStarts {
  private readonly underWay = new Map<string, Promise<Found>>();

  start(
    client: VertexClient,
    call: PlatformCall,
    start: StartJob & { principal: string },
  ): Promise<Found> {
    const key = `${client.connection.id}:${start.runId}`;
    const pending = this.underWay.get(key);
    if (pending) return pending;
    const started = startTraining(client, call, start).finally(() =>
      this.underWay.delete(key),
    );
    this.underWay.set(key, started);
    return started;
  }
}
