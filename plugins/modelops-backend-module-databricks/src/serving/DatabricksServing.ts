import type {
  PredictionForm,
  ServingLoad,
  ServingState,
} from 'backstage-plugin-modelops-common';
import {
  PlatformError,
  type ModelServing,
  type PlatformAnswer,
  type PlatformCall,
  type PlatformQuestion,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { findEndpoint } from './endpoint';
import { readLoad } from './endpointLoad';
import { predict } from './prediction';
import { toServingState } from './servingState';
import { readSignature } from './signature';

/** Serving endpoints of one workspace. @internal */
export class DatabricksServing implements ModelServing {
  constructor(private readonly client: DatabricksClient) {}

  async readServing(
    call: PlatformCall,
    resource: PlatformResource,
    model?: PlatformResource,
  ): Promise<ServingState> {
    this.requireEndpoint(resource);
    const endpoint = await findEndpoint(this.client, call, resource);
    return toServingState(this.client.settings, resource, endpoint, model);
  }

  async readLoad(
    call: PlatformCall,
    resource: PlatformResource,
  ): Promise<ServingLoad | undefined> {
    this.requireEndpoint(resource);
    return readLoad(this.client, call, resource);
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
    throw new PlatformError(
      this.client.connection.id,
      'operation-unsupported',
      `${canonical} serves nothing. Bind modelops/serve to endpoint/<name>.`,
      { refused: true },
    );
  }
}
