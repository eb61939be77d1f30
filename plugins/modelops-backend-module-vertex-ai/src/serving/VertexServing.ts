import type {
  PredictionForm,
  ServingLoad,
  ServingState,
} from 'backstage-plugin-modelops-common';
import type {
  ModelServing,
  PlatformAnswer,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { refusal } from '../vertexErrors';

/** Endpoints of one location. @internal */
export class VertexServing implements ModelServing {
  constructor(private readonly client: VertexClient) {}

  async readServing(): Promise<ServingState> {
    throw this.notYet();
  }

  async readLoad(): Promise<ServingLoad | undefined> {
    throw this.notYet();
  }

  async readSignature(): Promise<Omit<PredictionForm, 'target'>> {
    throw this.notYet();
  }

  async predict(): Promise<PlatformAnswer> {
    throw this.notYet();
  }

  private notYet() {
    return refusal(
      this.client.connection.id,
      'operation-unsupported',
      'Being written.',
    );
  }
}
