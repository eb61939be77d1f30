import type { Operation, RunAction } from 'backstage-plugin-modelops-common';
import type {
  Connection,
  ModelPlatform,
  PlatformConnection,
  PlatformResource,
} from 'backstage-plugin-modelops-node';
import { TrainingStarts } from './training/TrainingStarts';
import { VertexClient } from './vertexClient';
import { VertexConnection } from './VertexConnection';
import { operationsOf, parseResource, RESOURCE_FORMS } from './vertexResources';
import { connectionSettings, toVertexSettings } from './vertexSettings';

/** Vertex AI: custom jobs and pipelines that train, the model registry, endpoints. @internal */
export class VertexPlatform implements ModelPlatform {
  readonly id = 'vertex-ai';
  readonly title = 'Vertex AI';
  readonly settings = connectionSettings;
  readonly resourceForms = RESOURCE_FORMS;
  private readonly trainings = new TrainingStarts();

  parseResource(text: string): PlatformResource | undefined {
    return parseResource(text);
  }

  operationsOf(
    resource: PlatformResource,
    action: RunAction,
  ): readonly Operation[] {
    return operationsOf(resource, action);
  }

  connect(connection: Connection): PlatformConnection {
    const settings = toVertexSettings(
      connectionSettings.parse(connection.settings),
    );
    return new VertexConnection(
      new VertexClient({ ...connection, settings }),
      this.trainings,
    );
  }
}
