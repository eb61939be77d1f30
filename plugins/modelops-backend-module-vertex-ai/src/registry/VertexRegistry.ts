import type { RegisteredModel } from 'backstage-plugin-modelops-common';
import type {
  PlatformPage,
  PlatformVersion,
  PlatformVersionDetail,
  VersionRegistry,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { refusal } from '../vertexErrors';

/** Model registry of one location. @internal */
export class VertexRegistry implements VersionRegistry {
  constructor(private readonly client: VertexClient) {}

  async listVersions(): Promise<PlatformPage<PlatformVersion>> {
    throw this.notYet();
  }

  async readVersion(): Promise<PlatformVersionDetail> {
    throw this.notYet();
  }

  async listModels(): Promise<PlatformPage<RegisteredModel>> {
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
