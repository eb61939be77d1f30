import type { AuthService } from '@backstage/backend-plugin-api';
import {
  type Entity,
  RELATION_OWNED_BY,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { CATALOG_FILTER_EXISTS } from '@backstage/catalog-client';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  BINDING_ANNOTATIONS,
  type Page,
} from 'backstage-plugin-modelops-common';
import { entityFactsOf } from '../access/entityFacts';
import type { EntityFacts } from '../access/roleMapping';
import { MissingError } from '../errors';
import type { Caller } from '../identity/Caller';
import { Recent } from '../Recent';

/**
 * How long an entity is used that a person has read, for the same person, in milliseconds: as long as Backstage itself uses what
 * it knows of a user. A card, its dialog and its start ask within seconds, and the catalog takes longer to see a change.
 * Source: @backstage/backend-defaults, CachedUserInfoService.
 */
const FRESH_MS = 5_000;
const MAX_HELD = 1_000;

/** Entities as the caller may see them. */
export class ModelCatalog {
  private readonly recent = new Recent<Entity>({
    freshMs: FRESH_MS,
    most: MAX_HELD,
  });

  constructor(
    private readonly options: {
      catalog: CatalogService;
      auth: AuthService;
      trustedLocations: readonly string[];
    },
  ) {}

  getEntity(entityRef: string, caller: Caller): Promise<Entity> {
    const { userEntityRef, agent } = caller;
    return this.recent.get(
      JSON.stringify([userEntityRef, agent, entityRef]),
      () => this.readEntity(entityRef, caller),
    );
  }

  /** Entities by reference; one that is gone or hidden from the caller is undefined. */
  async findEntities(
    entityRefs: readonly string[],
    caller: Caller,
  ): Promise<Map<string, Entity | undefined>> {
    return this.findBy(entityRefs, caller.credentials);
  }

  /** Which of the references name no entity at all, whoever asks. */
  async findVanished(entityRefs: readonly string[]): Promise<Set<string>> {
    const found = await this.findBy(
      entityRefs,
      await this.options.auth.getOwnServiceCredentials(),
    );
    return new Set(entityRefs.filter(ref => !found.get(ref)));
  }

  /** Entities with any of our annotations, by name. The cursor is the catalog's own. */
  async listModels(
    query: { owner?: string; cursor?: string; limit: number },
    caller: Caller,
  ): Promise<Page<Entity>> {
    const owner: Record<string, string> = query.owner
      ? { [`relations.${RELATION_OWNED_BY}`]: query.owner }
      : {};
    const filter = Object.values(BINDING_ANNOTATIONS).map(annotation => ({
      ...owner,
      [`metadata.annotations.${annotation}`]: CATALOG_FILTER_EXISTS,
    }));
    const answer = await this.options.catalog.queryEntities(
      query.cursor
        ? { cursor: query.cursor, limit: query.limit }
        : {
            filter,
            limit: query.limit,
            orderFields: { field: 'metadata.name', order: 'asc' },
          },
      { credentials: caller.credentials },
    );
    return { items: answer.items, nextCursor: answer.pageInfo.nextCursor };
  }

  factsOf(entity: Entity): EntityFacts {
    return entityFactsOf(entity, this.options.trustedLocations);
  }

  private async readEntity(
    entityRef: string,
    { credentials }: Caller,
  ): Promise<Entity> {
    const entity = await this.options.catalog.getEntityByRef(entityRef, {
      credentials,
    });
    if (!entity) {
      throw new MissingError(
        'entity-not-found',
        `There is no '${entityRef}' in the catalog that you may see.`,
      );
    }
    return entity;
  }

  private async findBy(
    entityRefs: readonly string[],
    credentials:
      | Caller['credentials']
      | Awaited<ReturnType<AuthService['getOwnServiceCredentials']>>,
  ): Promise<Map<string, Entity | undefined>> {
    const unique = [...new Set(entityRefs)];
    if (unique.length === 0) return new Map();
    const { items } = await this.options.catalog.getEntitiesByRefs(
      { entityRefs: unique },
      { credentials },
    );
    return new Map(unique.map((ref, index) => [ref, items[index]]));
  }
}

/** Name for people, and the reference as everything here spells it. */
export function describeEntity(entity: Entity): {
  entityRef: string;
  title: string;
} {
  return {
    entityRef: stringifyEntityRef(entity).toLowerCase(),
    title: entity.metadata.title ?? entity.metadata.name,
  };
}
