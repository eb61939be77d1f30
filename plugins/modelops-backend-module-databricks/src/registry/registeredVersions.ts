import {
  invalidAnswer,
  type PlatformCall,
  PlatformError,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { PlatformVersion } from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { asciiLowerCase, nameOf } from '../databricksResources';
import {
  catalogModelSchema,
  catalogVersionSchema,
  catalogVersionsSchema,
  workspaceVersionAnswerSchema,
  workspaceVersionsSchema,
  type RegistryVersion,
} from './registrySchemas';

/** Versions per call; Unity Catalog gives up to 1000. */
const VERSIONS_PER_PAGE = 1000;

/**
 * Status of a version, both registries. Anything else is one on its way: only what is ready can be deployed.
 * Source: Databricks REST reference, `ModelVersionInfoStatus`.
 */
const STATES: ReadonlyMap<string, PlatformVersion['state']> = new Map([
  ['READY', 'ready'],
  ['PENDING_REGISTRATION', 'pending'],
  ['FAILED_REGISTRATION', 'failed'],
]);

/** State of a version, with the caller's rights. Throws `platform-not-found` if there is none. @internal */
export async function readState(
  client: DatabricksClient,
  call: PlatformCall,
  model: PlatformResource,
  version: string,
): Promise<PlatformVersion['state']> {
  return stateOf(await readOne(client, call, model, version));
}

/** Whether a version can be served. @internal */
export function stateOf({ status }: RegistryVersion): PlatformVersion['state'] {
  return STATES.get(status ?? '') ?? 'pending';
}

/** Path of a model of Unity Catalog. @internal */
export function catalogPath(model: PlatformResource): string {
  return `/api/2.1/unity-catalog/models/${encodeURIComponent(nameOf(model))}`;
}

/** What it takes to see a model. @internal */
export function readingNeeds(model: PlatformResource): string {
  return model.kind === 'model'
    ? `EXECUTE on ${model.canonical}, and USE CATALOG and USE SCHEMA above it`
    : `Can Read on ${model.canonical}`;
}

/** All versions of a model, newest first. No registry promises an order, so all are read. @internal */
export async function readAll(
  client: DatabricksClient,
  call: PlatformCall,
  model: PlatformResource,
): Promise<RegistryVersion[]> {
  const { pages, complete } = await client.getPages(
    call,
    {
      ...(model.kind === 'model'
        ? {
            path: `${catalogPath(model)}/versions`,
            query: { max_results: VERSIONS_PER_PAGE },
          }
        : {
            path: '/api/2.0/mlflow/model-versions/search',
            // No name that can be bound has a quote.
            query: {
              filter: `name='${nameOf(model)}'`,
              max_results: VERSIONS_PER_PAGE,
            },
          }),
      target: model.canonical,
      needs: readingNeeds(model),
    },
    model.kind === 'model' ? catalogVersionsSchema : workspaceVersionsSchema,
  );
  if (!complete)
    throw invalidAnswer(
      client.connection.id,
      `has more versions of ${model.canonical} than we can read`,
    );
  return pages
    .flatMap(({ versions }) => versions)
    .sort((a, b) => b.version - a.version);
}

/** One version, with its aliases. Throws `platform-not-found` if there is none. @internal */
export async function readOne(
  client: DatabricksClient,
  call: PlatformCall,
  model: PlatformResource,
  version: string,
): Promise<RegistryVersion> {
  const about = {
    target: `version ${version.slice(0, 20)} of ${model.canonical}`,
    needs: readingNeeds(model),
    missingIsInvalid: true,
  };
  // One spelling: an endpoint knows no version 04, though the registry would find it.
  if (!/^[1-9][0-9]{0,14}$/.test(version)) throw notFound(client, about.target);
  const found =
    model.kind === 'model'
      ? await client.get(
          call,
          {
            ...about,
            path: `${catalogPath(model)}/versions/${Number(version)}`,
            query: { include_aliases: true },
          },
          catalogVersionSchema,
        )
      : await client
          .get(
            call,
            {
              ...about,
              path: '/api/2.0/mlflow/model-versions/get',
              query: { name: nameOf(model), version: Number(version) },
            },
            workspaceVersionAnswerSchema,
          )
          .then(answer => answer.model_version);
  if (found.version === Number(version)) return found;
  throw invalidAnswer(
    client.connection.id,
    `described another version than ${about.target}`,
  );
}

/** A model of Unity Catalog with the versions its aliases point to, by alias. @internal */
export async function readCatalogModel(
  client: DatabricksClient,
  call: PlatformCall,
  model: PlatformResource,
  runId?: string,
): Promise<{ name: string; aliases: Map<string, number> }> {
  const found = await client.get(
    call,
    {
      path: catalogPath(model),
      query: { include_aliases: true },
      target: model.canonical,
      needs: readingNeeds(model),
      runId,
    },
    catalogModelSchema,
  );
  if (asciiLowerCase(found.full_name) !== nameOf(model))
    throw invalidAnswer(
      client.connection.id,
      `described another model than ${model.canonical}`,
    );
  return {
    name: found.full_name,
    aliases: new Map(
      found.aliases.flatMap(({ alias_name, version_num }) =>
        typeof version_num === 'number' ? [[alias_name, version_num]] : [],
      ),
    ),
  };
}

function notFound({ connection }: DatabricksClient, target: string) {
  return new PlatformError(
    connection.id,
    'platform-not-found',
    `${connection.id} knows no ${target}. Look at its versions.`,
    { refused: true },
  );
}
