import {
  aliasRevision,
  failingAs,
  ifFound,
  missedAlias,
  PlatformError,
  shownName,
  type JobOutcomes,
  type JobReading,
  type KnownJob,
  type PlatformCall,
  type PlatformForm,
  type PlatformResource,
  type StartJob,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { modelLink, modelVersionLink } from '../databricksLinks';
import { asciiLowerCase } from '../databricksResources';
import { emptySchema } from '../databricksSchemas';
import { catalogPath, readCatalogModel, readState } from './registeredVersions';

/**
 * Names an alias may have: letters, digits, dash and underscore; `latest` and what looks like a version (`v3`) mean something
 * else in MLflow. Source: `mlflow/utils/validation.py`, `_validate_model_alias_name` and its reserved names.
 */
const ALIAS =
  '^(?![Ll][Aa][Tt][Ee][Ss][Tt]$)(?![Vv][0-9]+$)[A-Za-z0-9_\\-]{1,255}$';

/** The form of an alias: its name. Which version it is for is no parameter. @internal */
export async function readAliasForm(
  client: DatabricksClient,
  call: PlatformCall,
  resource: PlatformResource,
): Promise<PlatformForm> {
  const { name, aliases } = await readCatalogModel(client, call, resource);
  return {
    title: shownName(name) ?? resource.canonical,
    url: modelLink(client.settings, resource),
    direct: true,
    revision: aliasRevision(aliases),
    parameters: [
      {
        name: 'alias',
        field: {
          type: 'string',
          title: 'Alias',
          description: 'Letters, digits, - and _, such as champion',
          pattern: ALIAS,
          maxLength: 255,
        },
        required: true,
      },
    ],
  };
}

/**
 * Points an alias to a version. Databricks overwrites without a check, and has no compare-and-set; what it pointed to before
 * is not looked at. Done when this returns.
 * @internal
 */
export async function setAlias(
  client: DatabricksClient,
  call: PlatformCall,
  job: StartJob,
): Promise<Extract<JobReading, { kind: 'found' }>> {
  const { resource, version = '', parameters } = job;
  const alias = String(parameters.alias ?? '');
  if (!new RegExp(ALIAS, 'u').test(alias))
    throw refusal(
      client,
      'An alias is made of letters, digits, - and _, and is neither latest nor a version',
    );
  const state = await failingAs(
    { refused: true },
    readState(client, call, resource, version),
  );
  if (state !== 'ready')
    throw refusal(
      client,
      `Version ${version} of ${resource.canonical} is not ready`,
    );
  await client.put(
    call,
    {
      path: `${catalogPath(resource)}/aliases/${encodeURIComponent(alias)}`,
      target: `alias ${alias} of ${resource.canonical}`,
      needs: `ownership of ${resource.canonical}; EXECUTE is not enough`,
      runId: job.runId,
      repeat: 'once',
      body: { version_num: Number(version) },
    },
    emptySchema,
  );
  return { ...toReading(client, job), endedAt: new Date() };
}

/** Reads what became of aliases of one model: one call, however many there are. @internal */
export async function readAliasChanges(
  client: DatabricksClient,
  call: PlatformCall,
  jobs: readonly KnownJob[],
  outcomes: JobOutcomes,
): Promise<void> {
  const model = await ifFound(readCatalogModel(client, call, jobs[0].resource));
  const versions = new Map(
    [...(model?.aliases ?? [])].map(([alias, version]) => [
      asciiLowerCase(alias),
      version,
    ]),
  );
  for (const job of jobs) {
    const alias = asciiLowerCase(String(job.parameters.alias));
    const isSet = String(versions.get(alias)) === job.version;
    outcomes.set(
      job.runId,
      isSet || job.platformRunId
        ? {
            ...toReading(client, job),
            ...(!job.platformRunId && { likeness: true }),
          }
        : missed(job, model?.aliases),
    );
  }
}

function missed(
  job: KnownJob,
  aliases: ReadonlyMap<string, number> | undefined,
): JobReading {
  return aliases
    ? missedAlias(job, aliasRevision(aliases))
    : { kind: 'missing' };
}

/** An alias carries no id; the run gives its own. */
function toReading(
  { settings }: DatabricksClient,
  { runId, resource, version = '' }: StartJob,
): Extract<JobReading, { kind: 'found' }> {
  return {
    kind: 'found',
    platformRunId: `alias@${runId}`,
    url: modelVersionLink(settings, resource, version),
    state: 'succeeded',
  };
}

function refusal({ connection }: DatabricksClient, sentence: string) {
  return new PlatformError(
    connection.id,
    'platform-rejected-request',
    `${sentence}. Nothing was changed.`,
    { refused: true },
  );
}
