import type { RegisteredModels } from 'backstage-plugin-modelops-common';
import { PlatformError, startDeadline } from 'backstage-plugin-modelops-node';
import type { CredentialBroker } from '../credentials/CredentialBroker';
import { MissingError, ThrottledError } from '../errors';
import type { ConnectionRegistry } from '../platforms/ConnectionRegistry';

/**
 * Longest a page may take, in milliseconds. What a page needs call by call (its tags) a module keeps, so a page that was not
 * done in time goes on where it stopped when it is asked for again.
 */
const PAGE_DEADLINE_MS = 120_000;

/** What the registries hold, read as the portal. For the catalog's own service only: nobody's rights are looked at here. */
export class RegisteredModelsService {
  constructor(
    private readonly options: {
      connections: ConnectionRegistry;
      credentials: CredentialBroker;
    },
  ) {}

  async list(
    connectionId: string,
    page: { cursor?: string; limit: number },
  ): Promise<RegisteredModels> {
    const { connections, credentials } = this.options;
    const open = connections.findConnection(connectionId);
    if (!open) {
      throw new MissingError(
        'binding-connection-unknown',
        `There is no connection '${connectionId}' in modelops.connections of app-config.`,
      );
    }
    const { registry } = open.client;
    if (!registry) {
      throw new PlatformError(
        connectionId,
        'operation-unsupported',
        `${open.platform.title} has no registry of models, so ${connectionId} has nothing for the catalog.`,
        { refused: true },
      );
    }
    const deadline = startDeadline(
      new AbortController().signal,
      PAGE_DEADLINE_MS,
    );
    try {
      return await credentials.withReaderCredential(open.config, credential =>
        registry.listModels({ credential, signal: deadline.signal }, page),
      );
    } catch (error) {
      if (error instanceof PlatformError && error.code === 'platform-throttled')
        throw new ThrottledError(error.message, error.retryAfterSeconds);
      throw error;
    } finally {
      deadline.end();
    }
  }
}
