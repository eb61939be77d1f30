import type { RegisteredModel } from 'backstage-plugin-modelops-common';
import {
  ifFound,
  invalidAnswer,
  mapFewAtATime,
  type PlatformCall,
  PlatformError,
  type PlatformPage,
  shownName,
  shownText,
} from 'backstage-plugin-modelops-node';
import type { z } from 'zod';
import type {
  DatabricksClient,
  DatabricksPage,
  DatabricksRequest,
} from '../databricksClient';
import { endpointLink, modelLink } from '../databricksLinks';
import { parseResource } from '../databricksResources';
import { toTags, type ModelTags } from './ModelTags';
import {
  catalogModelsSchema,
  endpointsSchema,
  workspaceModelsSchema,
} from './registrySchemas';

/** Lists that make up all that a workspace holds, in the order they are read. */
const LISTS = ['catalog', 'workspace', 'endpoints'] as const;
type List = (typeof LISTS)[number];

/** Most of a list in one answer, all registries. */
const MOST_PER_PAGE = 1000;
/** Largest page that is read, in bytes: 1000 models with long comments, or all endpoints of a workspace. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;

/** Where a page begins: a list, and what the platform calls the place in it. */
interface Place {
  list: List;
  token?: string;
}

/** One page of everything that can be an entity: Unity Catalog, then the workspace registry, then endpoints. @internal */
export async function listModels(
  client: DatabricksClient,
  tags: ModelTags,
  call: PlatformCall,
  page: { cursor?: string; limit: number },
): Promise<PlatformPage<RegisteredModel>> {
  const place = parsePlace(client, page.cursor);
  const limit = Math.min(page.limit, MOST_PER_PAGE);
  const { items, token } = await {
    catalog: () => listCatalog(client, tags, call, place, limit),
    workspace: () => listWorkspace(client, call, place, limit),
    endpoints: () => listEndpoints(client, call),
  }[place.list]();
  // A list that goes round in circles must not look like a complete one.
  if (token !== undefined && (token === place.token || token.length > 3000))
    throw invalidAnswer(client.connection.id, 'sent a list without an end');
  const next = token === undefined ? listAfter(place.list) : place.list;
  return {
    items,
    ...(next && {
      nextCursor: JSON.stringify([next, ...(token ? [token] : [])]),
    }),
  };
}

function listAfter(list: List): List | undefined {
  return LISTS[LISTS.indexOf(list) + 1];
}

function parsePlace(
  client: DatabricksClient,
  cursor: string | undefined,
): Place {
  if (cursor === undefined) return { list: LISTS[0] };
  try {
    const [list, token] = JSON.parse(cursor) as unknown[];
    const known = LISTS.find(one => one === list);
    if (known && (token === undefined || typeof token === 'string'))
      return { list: known, token };
  } catch {
    // falls through
  }
  throw new PlatformError(
    client.connection.id,
    'platform-rejected-request',
    'The cursor is not from a page of models. Begin at the first page.',
    { refused: true },
  );
}

async function listCatalog(
  client: DatabricksClient,
  tags: ModelTags,
  call: PlatformCall,
  { token }: Place,
  limit: number,
): Promise<{ items: RegisteredModel[]; token?: string }> {
  const page = await readPage(
    client,
    call,
    {
      path: '/api/2.1/unity-catalog/models',
      query: { max_results: limit, include_browse: false, page_token: token },
      target: 'the models of Unity Catalog',
      needs: 'EXECUTE on the models',
    },
    catalogModelsSchema,
  );
  const items = await mapFewAtATime(
    (page?.registered_models ?? []).filter(({ browse_only }) => !browse_only),
    async model => {
      const resource = parseResource(`model/${model.full_name}`);
      if (!resource) return []; // no annotation could name it
      const { updated_at: updatedAt, full_name: name } = model;
      return {
        kind: 'model' as const,
        resource: resource.canonical,
        name,
        description: shownText(model.comment),
        owner: shownName(model.owner),
        tags: await tags.tagsOf(call, { name, updatedAt }),
        createdAt: model.created_at?.toISOString(),
        updatedAt: updatedAt?.toISOString(),
        url: modelLink(client.settings, resource),
      };
    },
  );
  return { items: items.flat(), token: page?.next_page_token };
}

async function listWorkspace(
  client: DatabricksClient,
  call: PlatformCall,
  { token }: Place,
  limit: number,
): Promise<{ items: RegisteredModel[]; token?: string }> {
  const page = await readPage(
    client,
    call,
    {
      path: '/api/2.0/mlflow/registered-models/search',
      query: { max_results: limit, page_token: token },
      target: 'the models of the workspace registry',
      needs: 'Can Read on the models',
    },
    workspaceModelsSchema,
  );
  const items = (page?.registered_models ?? []).flatMap(model => {
    const resource = parseResource(`registered-model/${model.name}`);
    if (!resource) return [];
    return {
      kind: 'model' as const,
      resource: resource.canonical,
      name: model.name,
      description: shownText(model.description),
      owner: shownName(model.user_id),
      tags: toTags(model.tags),
      createdAt: model.creation_timestamp?.toISOString(),
      updatedAt: model.last_updated_timestamp?.toISOString(),
      url: modelLink(client.settings, resource),
    };
  });
  return { items, token: page?.next_page_token };
}

/** All of them at once: the list has no pages. */
async function listEndpoints(
  client: DatabricksClient,
  call: PlatformCall,
): Promise<{ items: RegisteredModel[]; token?: undefined }> {
  const answer = await client.get(
    call,
    {
      path: '/api/2.0/serving-endpoints',
      target: 'the serving endpoints',
      needs: 'CAN_VIEW on the endpoints',
      maxBytes: MAX_PAGE_BYTES,
    },
    endpointsSchema,
  );
  const items = answer.endpoints.flatMap(endpoint => {
    const resource = parseResource(`endpoint/${endpoint.name}`);
    if (!resource) return [];
    return {
      kind: 'endpoint' as const,
      resource: resource.canonical,
      name: endpoint.name,
      description: shownText(endpoint.description),
      owner: shownName(endpoint.creator),
      tags: toTags(endpoint.tags),
      createdAt: endpoint.creation_timestamp?.toISOString(),
      updatedAt: endpoint.last_updated_timestamp?.toISOString(),
      url: endpointLink(client.settings, endpoint.name),
      serves: servedModels(endpoint.config?.served_entities ?? []),
    };
  });
  return { items };
}

/** Models behind an endpoint; external ones and functions have no resource of ours. */
function servedModels(entities: readonly { entity_name?: string }[]): string[] {
  const models = entities.flatMap(({ entity_name: name }) => {
    if (!name) return [];
    const resource =
      parseResource(`model/${name}`) ??
      parseResource(`registered-model/${name}`);
    return resource ? [resource.canonical] : [];
  });
  return [...new Set(models)];
}

/** A page; undefined where the workspace does not have that registry. */
function readPage<S extends z.ZodType<DatabricksPage>>(
  client: DatabricksClient,
  call: PlatformCall,
  request: DatabricksRequest,
  schema: S,
): Promise<z.output<S> | undefined> {
  return ifFound(
    client.get(
      call,
      { ...request, offIsMissing: true, maxBytes: MAX_PAGE_BYTES },
      schema,
    ),
  );
}
