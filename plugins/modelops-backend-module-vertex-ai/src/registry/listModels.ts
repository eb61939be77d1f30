import type { RegisteredModel } from 'backstage-plugin-modelops-common';
import {
  invalidAnswer,
  type PlatformCall,
  type PlatformPage,
  refusal,
  shownName,
  shownText,
} from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import { servedModels } from '../serving/servedVersions';
import { listedEndpointSchema } from '../serving/endpointSchemas';
import type { VertexClient } from '../vertexClient';
import { listOf, text } from '../vertexFields';
import { endpointLink, modelLink } from '../vertexLinks';
import { parseResource } from '../vertexResources';
import { modelsSchema } from './modelSchemas';

/** Lists that make up all that a location holds, in the order they are read. */
const LISTS = ['models', 'endpoints'] as const;
type List = (typeof LISTS)[number];

/** Most of a list in one answer. */
const MOST_PER_PAGE = 100;
/** Largest page that is read, in bytes: 100 models with long descriptions, or endpoints with many deployments. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;
/** Longest token of a page; a cursor of ours may have 4096 characters. */
const LONGEST_TOKEN = 3000;
/** Labels of a resource that are kept. Google allows 64. */
const MAX_LABELS = 64;

/** Where a page begins: a list, and what Vertex AI calls the place in it. */
interface Place {
  list: List;
  token?: string;
}

const endpointsSchema = z.object({
  endpoints: listOf(listedEndpointSchema),
  nextPageToken: text,
});

/** One page of everything that can be an entity: the models, then the endpoints. @internal */
export async function listModels(
  client: VertexClient,
  call: PlatformCall,
  page: { cursor?: string; limit: number },
): Promise<PlatformPage<RegisteredModel>> {
  const place = parsePlace(client, page.cursor);
  const limit = Math.min(page.limit, MOST_PER_PAGE);
  const { items, token } = await {
    models: () => listRegistered(client, call, place, limit),
    endpoints: () => listEndpoints(client, call, place, limit),
  }[place.list]();
  // A list that goes round in circles must not look like a complete one.
  if (
    token !== undefined &&
    (token === place.token || token.length > LONGEST_TOKEN)
  )
    throw invalidAnswer(client.connection.id, 'sent a list without an end');
  const next =
    token === undefined ? LISTS[LISTS.indexOf(place.list) + 1] : place.list;
  return {
    items,
    ...(next && {
      nextCursor: JSON.stringify([next, ...(token ? [token] : [])]),
    }),
  };
}

function parsePlace(client: VertexClient, cursor: string | undefined): Place {
  if (cursor === undefined) return { list: LISTS[0] };
  try {
    const [list, token, ...more] = JSON.parse(cursor) as unknown[];
    const known = LISTS.find(one => one === list);
    if (
      known &&
      more.length === 0 &&
      (token === undefined || typeof token === 'string')
    )
      return { list: known, token };
  } catch {
    // falls through
  }
  throw refusal(
    client.connection.id,
    'platform-rejected-request',
    'The cursor is not from a page of models. Begin at the first page.',
  );
}

async function listRegistered(
  client: VertexClient,
  call: PlatformCall,
  { token }: Place,
  limit: number,
): Promise<{ items: RegisteredModel[]; token?: string }> {
  const page = await client.get(
    call,
    {
      path: 'models',
      query: { pageSize: limit, pageToken: token },
      target: 'the models of the project',
      needs: 'aiplatform.models.list',
      maxBytes: MAX_PAGE_BYTES,
    },
    modelsSchema,
  );
  const items = page.models.flatMap(model => {
    const { id } = client.ownName(model.name, 'models');
    const resource = parseResource(`model/${id}`);
    if (!resource) return []; // no annotation could name it
    return {
      kind: 'model' as const,
      resource: resource.canonical,
      name: shownName(model.displayName) ?? id,
      description: shownText(model.description),
      tags: toTags(model.labels),
      createdAt: model.createTime?.toISOString(),
      updatedAt: model.updateTime?.toISOString(),
      url: modelLink(client.settings, id),
    };
  });
  return { items, token: page.nextPageToken };
}

async function listEndpoints(
  client: VertexClient,
  call: PlatformCall,
  { token }: Place,
  limit: number,
): Promise<{ items: RegisteredModel[]; token?: string }> {
  const page = await client.get(
    call,
    {
      path: 'endpoints',
      query: { pageSize: limit, pageToken: token },
      target: 'the endpoints of the project',
      needs: 'aiplatform.endpoints.list',
      maxBytes: MAX_PAGE_BYTES,
    },
    endpointsSchema,
  );
  const items = page.endpoints.flatMap(endpoint => {
    const { id } = client.ownName(endpoint.name, 'endpoints');
    const resource = parseResource(`endpoint/${id}`);
    if (!resource) return [];
    return {
      kind: 'endpoint' as const,
      resource: resource.canonical,
      name: shownName(endpoint.displayName) ?? id,
      description: shownText(endpoint.description),
      tags: toTags(endpoint.labels),
      createdAt: endpoint.createTime?.toISOString(),
      updatedAt: endpoint.updateTime?.toISOString(),
      url: endpointLink(client.settings, id),
      serves: servedModels(client, endpoint.deployedModels),
    };
  });
  return { items, token: page.nextPageToken };
}

/**
 * Labels as plain texts of bounded number and length, without our own, which change with each run. Whoever owns a model, Vertex AI
 * does not tell.
 */
function toTags(labels: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([key]) => !key.startsWith('modelops-'))
      .slice(0, MAX_LABELS)
      .flatMap(([key, value]) => {
        const name = shownText(key, 128);
        return name ? [[name, shownText(value, 128) ?? '']] : [];
      }),
  );
}
