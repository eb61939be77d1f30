import type { AuthService } from '@backstage/backend-plugin-api';
import { ANNOTATION_ORIGIN_LOCATION } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';

/** How many entities of each name the catalog holds. Kinds may share a name. */
export type NameCounts = ReadonlyMap<string, number>;

/**
 * What the catalog holds of a provider, asked of the catalog itself: what this process remembers would be wrong after a restart
 * and where another replica did the last sync.
 */
export class KnownEntities {
  constructor(
    private readonly options: { catalog: CatalogService; auth: AuthService },
  ) {}

  /** By the origin that all entities of the provider have. A facet, because it reads no entity as a whole. */
  async namesFrom(originLocation: string): Promise<NameCounts> {
    const { catalog, auth } = this.options;
    const { facets } = await catalog.getEntityFacets(
      {
        facets: ['metadata.name'],
        filter: {
          [`metadata.annotations.${ANNOTATION_ORIGIN_LOCATION}`]:
            originLocation,
        },
      },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    return new Map(
      facets['metadata.name'].map(({ value, count }) => [value, count]),
    );
  }
}
