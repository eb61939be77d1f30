import {
  aliasRevision,
  failingAs,
  ifFound,
  missedAlias,
  PlatformError,
  refusal,
  shownName,
  type JobOutcomes,
  type JobReading,
  type KnownJob,
  type PlatformCall,
  type PlatformForm,
  type PlatformResource,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { modelLink } from '../vertexLinks';
import { nameOf } from '../vertexResources';
import { modelSchema } from './modelSchemas';
import {
  modelPath,
  readAll,
  readOne,
  toVersion,
  type VertexVersion,
} from './modelVersions';

/** Names an alias may have; a number would be a version. Source: `MergeVersionAliasesRequest.version_aliases`. */
const ALIAS = '^[a-z][a-zA-Z0-9\\-]{0,126}[a-z0-9]$';

/** The form of an alias: its name. Which version it is for is no parameter. @internal */
export async function readAliasForm(
  client: VertexClient,
  call: PlatformCall,
  resource: PlatformResource,
): Promise<PlatformForm> {
  const model = await client.get(
    call,
    {
      path: modelPath(resource),
      target: resource.canonical,
      needs: 'aiplatform.models.get',
    },
    modelSchema,
  );
  const { id } = client.ownName(model.name, 'models');
  return {
    title: shownName(model.displayName) ?? id,
    url: modelLink(client.settings, nameOf(resource)),
    direct: true,
    revision: revisionOf(await readAll(client, call, resource)),
    parameters: [
      {
        name: 'alias',
        field: {
          type: 'string',
          title: 'Alias',
          description:
            'Two letters at least, also digits and -, such as champion. default is what is deployed and read where no version is named',
          pattern: ALIAS,
          maxLength: 128,
        },
        required: true,
      },
    ],
  };
}

/**
 * Points an alias to a version, and away from the one it pointed to. Vertex AI has no compare-and-set for it; what it pointed to
 * before is not looked at. Done when this returns.
 * @internal
 */
export async function setAlias(
  client: VertexClient,
  call: PlatformCall,
  job: StartJob,
): Promise<Extract<JobReading, { kind: 'found' }>> {
  const { resource, version = '', parameters } = job;
  const alias = String(parameters.alias ?? '');
  if (!new RegExp(ALIAS, 'u').test(alias))
    throw refusal(
      client.connection.id,
      'platform-rejected-request',
      'An alias begins with a small letter, goes on with letters, digits and -, and ends with a small letter or a digit. Nothing was changed.',
    );
  await failingAs({ refused: true }, readOne(client, call, resource, version));
  const answer = await client.post(
    call,
    {
      path: `${modelPath(resource, version)}:mergeVersionAliases`,
      target: `alias ${alias} of ${resource.canonical}`,
      needs: 'aiplatform.models.update',
      runId: job.runId,
      repeat: 'once',
      body: { versionAliases: [alias] },
    },
    modelSchema,
  );
  const after = toVersion(client, resource, answer);
  if (
    String(after.version) !== version ||
    !after.versionAliases.includes(alias)
  )
    throw new PlatformError(
      client.connection.id,
      'platform-conflict',
      `Alias ${alias} of ${resource.canonical} does not point to version ${version} afterwards: somebody moved it at the same time. Look at the versions.`,
      { refused: false },
    );
  return { ...toReading(client, job), endedAt: new Date() };
}

/** Reads what became of aliases of one model: the list of its versions, however many aliases there are. @internal */
export async function readAliasChanges(
  client: VertexClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
  outcomes: JobOutcomes,
): Promise<void> {
  const versions = await ifFound(readAll(client, call, jobs[0].resource));
  for (const job of jobs) {
    const alias = String(job.parameters.alias);
    const isSet = versions?.some(
      ({ version, versionAliases }) =>
        String(version) === job.version && versionAliases.includes(alias),
    );
    outcomes.set(
      job.runId,
      isSet || job.platformRunId
        ? {
            ...toReading(client, job),
            ...(!job.platformRunId && { likeness: true }),
          }
        : missed(job, versions),
    );
  }
}

function missed(
  job: KnownJob,
  versions: readonly VertexVersion[] | undefined,
): JobReading {
  return versions
    ? missedAlias(job, revisionOf(versions))
    : { kind: 'missing' };
}

function revisionOf(versions: readonly VertexVersion[]): string {
  return aliasRevision(
    versions.flatMap(({ version, versionAliases }) =>
      versionAliases.map(alias => [alias, version] as const),
    ),
  );
}

/** An alias carries no id; the run gives its own. */
function toReading(
  { settings }: VertexClient,
  { runId, resource, version }: StartJob,
): Extract<JobReading, { kind: 'found' }> {
  return {
    kind: 'found',
    platformRunId: `alias@${runId}`,
    url: modelLink(settings, nameOf(resource), version),
    state: 'succeeded',
  };
}
