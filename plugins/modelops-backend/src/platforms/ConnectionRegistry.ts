import { InputError } from '@backstage/errors';
import type {
  CredentialExchanger,
  ModelopsPlatformsExtensionPoint,
  ModelPlatform,
  PlatformConnection,
} from 'backstage-plugin-modelops-node';
import type { ConnectionConfig } from '../config';
import { StateConflictError } from '../errors';

/** A connection of app-config with the platform that serves it. */
export interface OpenConnection {
  config: ConnectionConfig;
  platform: ModelPlatform;
  client: PlatformConnection;
}

/** Platforms and exchangers that modules have added. The backend knows none of them by name. */
export class PlatformRegistry implements ModelopsPlatformsExtensionPoint {
  readonly platforms = new Map<string, ModelPlatform>();
  readonly exchangers = new Map<string, CredentialExchanger>();

  addPlatform(platform: ModelPlatform): void {
    if (this.platforms.has(platform.id))
      throw new InputError(
        `Two modules add the platform '${platform.id}'; install one of them`,
      );
    this.platforms.set(platform.id, platform);
  }

  addExchanger(exchanger: CredentialExchanger): void {
    if (this.exchangers.has(exchanger.id))
      throw new InputError(
        `Two modules add the exchange '${exchanger.id}'; install one of them`,
      );
    this.exchangers.set(exchanger.id, exchanger);
  }
}

/** The connections of app-config, opened. Opening calls no platform. */
export class ConnectionRegistry {
  private readonly connections: ReadonlyMap<string, OpenConnection>;

  constructor(
    configs: Iterable<ConnectionConfig>,
    private readonly platforms: ReadonlyMap<string, ModelPlatform>,
  ) {
    this.connections = new Map(
      [...configs].map(config => {
        const platform = platforms.get(config.platform)!; // readModelopsConfig refuses unknown platforms
        return [
          config.id,
          { config, platform, client: platform.connect(config) },
        ];
      }),
    );
  }

  /** Name of a platform for people. One that is no longer installed has its id only. */
  platformTitle(id: string): string {
    return this.platforms.get(id)?.title ?? id;
  }

  findConnection(id: string): OpenConnection | undefined {
    return this.connections.get(id);
  }

  /** For ids that come from our own database or from a checked binding. */
  getConnection(id: string): OpenConnection {
    const connection = this.connections.get(id);
    if (!connection) {
      throw new StateConflictError(
        'binding-connection-unknown',
        `The connection '${id}' is no longer in app-config.`,
      );
    }
    return connection;
  }
}
