import {
  invalidAnswer,
  type PlatformCall,
  PlatformError,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { nameOf } from '../vertexResources';
import { modelSchema, modelsSchema, type VertexModel } from './modelSchemas';

const VERSIONS_PER_PAGE = 100;

/** A version with its number, which is what versions are ordered by. @internal */
export type VertexVersion = VertexModel & { version: number };

/** Path of a model, or of one of its versions, below the location. @internal */
export function modelPath(
  model: PlatformResource,
  version?: number | string,
): string {
  const path = `models/${nameOf(model)}`;
  return version === undefined ? path : `${path}@${version}`;
}

/** All versions of a model, newest first. No order is promised for all of them, so all are read. @internal */
export async function readAll(
  client: VertexClient,
  call: PlatformCall,
  model: PlatformResource,
): Promise<VertexVersion[]> {
  const { pages, complete } = await client.getPages(
    call,
    {
      path: `${modelPath(model)}:listVersions`,
      query: { pageSize: VERSIONS_PER_PAGE },
      target: model.canonical,
      needs: 'aiplatform.models.list',
    },
    modelsSchema,
  );
  if (!complete)
    throw invalidAnswer(
      client.connection.id,
      `has more versions of ${model.canonical} than we can read`,
    );
  return pages
    .flatMap(({ models }) => models)
    .map(found => toVersion(client, model, found))
    .sort((a, b) => b.version - a.version);
}

/** One version. Throws `platform-not-found` if there is none. @internal */
export async function readOne(
  client: VertexClient,
  call: PlatformCall,
  model: PlatformResource,
  version: string,
): Promise<VertexVersion> {
  const target = `version ${version.slice(0, 20)} of ${model.canonical}`;
  // A number, and in one spelling: anything else would be taken for an alias.
  if (!/^[1-9][0-9]{0,14}$/.test(version))
    throw new PlatformError(
      client.connection.id,
      'platform-not-found',
      `${client.connection.id} knows no ${target}. Look at its versions.`,
      { refused: true },
    );
  const found = toVersion(
    client,
    model,
    await client.get(
      call,
      {
        path: modelPath(model, version),
        target,
        needs: 'aiplatform.models.get',
      },
      modelSchema,
    ),
  );
  if (found.version === Number(version)) return found;
  throw invalidAnswer(
    client.connection.id,
    `described another version than ${target}`,
  );
}

/** The version that an answer describes. Throws for one of another model. @internal */
export function toVersion(
  client: VertexClient,
  model: PlatformResource,
  found: VertexModel,
): VertexVersion {
  const { id, version } = client.ownName(found.name, 'models');
  const digits = found.versionId ?? version ?? '';
  if (id === nameOf(model) && /^[1-9][0-9]{0,14}$/.test(digits))
    return { ...found, version: Number(digits) };
  throw invalidAnswer(
    client.connection.id,
    `described another model than ${model.canonical}`,
  );
}
