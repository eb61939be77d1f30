import type {
  LoggerService,
  SchedulerServiceTaskRunner,
} from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type {
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import { ModelopsError } from 'backstage-plugin-modelops-common';
import type { IngestionConfig } from './IngestionConfig';
import type { KnownEntities } from './KnownEntities';
import type { ModelListing } from './ModelListing';
import { originLocationOf, toEntities } from './modelEntities';
import { decideRemoval } from './removal';

/** Puts what one connection holds into the catalog, again and again. */
export class ModelEntityProvider implements EntityProvider {
  constructor(
    private readonly options: {
      config: IngestionConfig;
      listing: ModelListing;
      known: KnownEntities;
      schedule: SchedulerServiceTaskRunner;
      logger: LoggerService;
    },
  ) {}

  getProviderName(): string {
    return `modelops:${this.options.config.id}`;
  }

  async connect(connection: EntityProviderConnection): Promise<void> {
    const { schedule, config, logger } = this.options;
    await schedule.run({
      id: `modelops-ingestion-${config.id}`,
      fn: async signal => {
        try {
          await this.sync(connection, signal);
        } catch (error) {
          // The catalog keeps what it has; the next sync tries again.
          logger.error(
            `catalog.providers.modelops.${
              config.id
            }: nothing was changed, because ${
              config.connection
            } could not be listed. ${describe(error)}`,
          );
        }
      },
    });
  }

  /** Reads all, then applies all or nothing. */
  private async sync(
    connection: EntityProviderConnection,
    signal: AbortSignal,
  ): Promise<void> {
    const { config, listing, known, logger } = this.options;
    const path = `catalog.providers.modelops.${config.id}`;
    const { entities, skipped } = toEntities(
      await listing.read(signal),
      config,
    );
    const removal = decideRemoval(
      await known.namesFrom(originLocationOf(config)),
      entities,
      config.maxRemoval,
    );
    if (removal.tooLarge) {
      logger.error(
        `${path}: nothing was changed, because ${removal.removed} of ${removal.before} entities would go, more than ${config.maxRemoval} %. Check what the reader of ${config.connection} may see, and include and exclude. If they are really gone, set ${path}.maxRemoval to 100 until one sync has run.`,
      );
      return;
    }
    signal.throwIfAborted();
    // The catalog compares each entity with the hash it keeps, and writes only those that changed.
    await connection.applyMutation({
      type: 'full',
      entities: entities.map(entity => ({
        entity,
        locationKey: this.getProviderName(),
      })),
    });
    logger.info(
      `${path}: ${entities.length} entities, ${removal.removed} removed, ${skipped} resources left out`,
    );
  }
}

function describe(error: unknown): string {
  return error instanceof ModelopsError
    ? `${error.code}: ${error.message}`
    : stringifyError(error);
}
