import type {
  PredictionForm,
  ServingLoad,
  ServingState,
} from 'backstage-plugin-modelops-common';
import {
  refusal,
  type ModelServing,
  type PlatformAnswer,
  type PlatformCall,
  type PlatformQuestion,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { predict } from './prediction';
import { readEndpoint } from './readEndpoint';
import { toServingState } from './servingState';
import { readSignature } from './signature';

/** Endpoints of one location. @internal */
export class VertexServing implements ModelServing {
  constructor(private readonly client: VertexClient) {}

  async readServing(
    call: PlatformCall,
    resource: PlatformResource,
    model?: PlatformResource,
  ): Promise<ServingState> {
    this.requireEndpoint(resource);
    const found = await readEndpoint(this.client, call, resource);
    return toServingState(this.client, resource, found, model);
  }

  /** Always undefined: Google tells it through Cloud Monitoring only, another API with rights of its own, which is not read. */
  async readLoad(
    _call: PlatformCall,
    resource: PlatformResource,
  ): Promise<ServingLoad | undefined> {
    this.requireEndpoint(resource);
    return undefined;
  }

  async readSignature(
    call: PlatformCall,
    resource: PlatformResource,
    served: { version?: string; model?: PlatformResource },
  ): Promise<Omit<PredictionForm, 'target'>> {
    this.requireEndpoint(resource);
    return readSignature(this.client, call, resource, served);
  }

  async predict(
    call: PlatformCall,
    resource: PlatformResource,
    question: PlatformQuestion,
  ): Promise<PlatformAnswer> {
    this.requireEndpoint(resource);
    return predict(this.client, call, resource, question);
  }

  private requireEndpoint({ kind, canonical }: PlatformResource): void {
    if (kind === 'endpoint') return;
    throw refusal(
      this.client.connection.id,
      'operation-unsupported',
      `${canonical} serves nothing. Bind modelops/serve to endpoint/<id>.`,
    );
  }
}
