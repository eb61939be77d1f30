import type { PredictionForm } from 'backstage-plugin-modelops-common';
import {
  PlatformError,
  type PlatformCall,
  type PlatformErrorCode,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import { readOne } from '../registry/modelVersions';
import type { VertexClient } from '../vertexClient';
import { parseResource } from '../vertexResources';
import { findEndpoint } from './endpoint';
import { parseInstanceSchema, signatureOf } from './instanceSchema';
import { requireModelOfVersion } from './prediction';
import { servedModelOf, servedVersions } from './servedVersions';

/** Largest schema that is read, in bytes; one of 200 fields has some 20 kB. */
const MAX_SCHEMA_BYTES = 128 * 1024;

/** An object of Cloud Storage, of names that cannot be mistaken for a path of ours. */
const OBJECT =
  /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/([A-Za-z0-9_][A-Za-z0-9_./=-]{0,1000})$/;

/** Refusals that mean only that there is no description for this caller. */
const UNDESCRIBED: ReadonlySet<PlatformErrorCode> = new Set([
  'platform-not-found',
  'platform-permission-denied',
  'platform-rejected-request',
  'platform-response-too-large',
  // Where it sends an object, Cloud Storage also refuses in plain text: no such object, no right to it.
  'platform-response-invalid',
]);

/** What a row of input looks like: of the version asked for, else of the one with the largest share. @internal */
export async function readSignature(
  client: VertexClient,
  call: PlatformCall,
  resource: PlatformResource,
  asked: { version?: string; model?: PlatformResource },
): Promise<Omit<PredictionForm, 'target'>> {
  requireModelOfVersion(client, resource, asked);
  const endpoint = await findEndpoint(client, call, resource);
  const [described] = servedVersions(client, endpoint, asked.model)
    .filter(one => one.ours || !asked.model)
    .filter(({ version }) => !asked.version || version === asked.version)
    .sort((a, b) => b.share - a.share);
  const model =
    asked.model ??
    parseResource(
      servedModelOf(
        client,
        endpoint?.deployedModels.find(({ id }) => id === described?.id),
      ) ?? '',
    );
  return {
    version: described?.version,
    byTrafficOnly: true,
    ...(model &&
      described?.version &&
      (await ifDescribed(
        readInstanceSchema(client, call, model, described.version),
      ))),
  };
}

/** The schema that the version names, read as the caller. */
async function readInstanceSchema(
  client: VertexClient,
  call: PlatformCall,
  model: PlatformResource,
  version: string,
): Promise<ReturnType<typeof signatureOf>> {
  const { predictSchemata } = await readOne(client, call, model, version);
  const [, bucket, object] =
    OBJECT.exec(predictSchemata?.instanceSchemaUri ?? '') ?? [];
  if (!object || object.includes('..')) return {};
  const { text } = await client.send(
    call,
    {
      host: client.settings.storageHost,
      path: `/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}`,
      query: { alt: 'media' },
      target: `the schema of ${model.canonical}`,
      needs: 'storage.objects.get',
      maxBytes: MAX_SCHEMA_BYTES,
    },
    { method: 'GET', repeat: 'read' },
  );
  return signatureOf(parseInstanceSchema(text));
}

async function ifDescribed<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch(error => {
    if (error instanceof PlatformError && UNDESCRIBED.has(error.code))
      return undefined;
    throw error;
  });
}
