import type { Operation, RunAction } from 'backstage-plugin-modelops-common';
import type {
  Connection,
  ModelPlatform,
  PlatformConnection,
  PlatformResource,
} from 'backstage-plugin-modelops-node';
import { DatabricksClient } from './databricksClient';
import { DatabricksConnection } from './DatabricksConnection';
import {
  operationsOf,
  parseResource,
  RESOURCE_FORMS,
} from './databricksResources';
import { connectionSettings } from './databricksSettings';

/** Databricks: jobs that train, and the models of Unity Catalog. @internal */
export class DatabricksPlatform implements ModelPlatform {
  readonly id = 'databricks';
  readonly title = 'Databricks';
  readonly settings = connectionSettings;
  readonly resourceForms = RESOURCE_FORMS;

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
    const settings = connectionSettings.parse(connection.settings);
    return new DatabricksConnection(
      new DatabricksClient({ ...connection, settings }),
    );
  }
}
