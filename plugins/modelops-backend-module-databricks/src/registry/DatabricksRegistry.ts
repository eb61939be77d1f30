import type { RegisteredModel } from 'backstage-plugin-modelops-common';
import {
  mapFewAtATime,
  PlatformError,
  type PlatformCall,
  type PlatformPage,
  type PlatformResource,
  type PlatformVersion,
  type PlatformVersionDetail,
  type VersionRegistry,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { findMlflowRun, parametersOf } from '../databricksMlflow';
import { listModels } from './listModels';
import { ModelTags } from './ModelTags';
import { readAll, readCatalogModel, readOne } from './registeredVersions';
import type { RegistryVersion } from './registrySchemas';
import { toPlatformVersion } from './toPlatformVersion';

/** Unity Catalog and the workspace's MLflow registry. @internal */
export class DatabricksRegistry implements VersionRegistry {
  private readonly tags: ModelTags;

  constructor(private readonly client: DatabricksClient) {
    this.tags = new ModelTags(client);
  }

  /** Its cursor is the number of the last version of the page before. */
  async listVersions(
    call: PlatformCall,
    model: PlatformResource,
    page: { cursor?: string; limit: number },
  ): Promise<PlatformPage<PlatformVersion>> {
    this.requireModel(model);
    const below = this.parseCursor(page.cursor);
    const [all, aliases] = await Promise.all([
      readAll(this.client, call, model),
      this.readAliases(call, model),
    ]);
    const rest = all.filter(({ version }) => version < below);
    const versions = rest.slice(0, page.limit);
    const items = await mapFewAtATime(versions, version =>
      this.toVersion(call, model, {
        ...version,
        aliases: aliases?.get(version.version) ?? version.aliases,
      }),
    );
    const last = versions.at(-1)?.version;
    return {
      items: items.map(({ parameters, ...item }) => item),
      ...(rest.length > versions.length &&
        last !== undefined && { nextCursor: String(last) }),
    };
  }

  async readVersion(
    call: PlatformCall,
    model: PlatformResource,
    version: string,
  ): Promise<PlatformVersionDetail> {
    this.requireModel(model);
    return this.toVersion(
      call,
      model,
      await readOne(this.client, call, model, version),
    );
  }

  listModels(
    call: PlatformCall,
    page: { cursor?: string; limit: number },
  ): Promise<PlatformPage<RegisteredModel>> {
    return listModels(this.client, this.tags, call, page);
  }

  private async toVersion(
    call: PlatformCall,
    model: PlatformResource,
    version: RegistryVersion,
  ): Promise<PlatformVersionDetail> {
    const run = await findMlflowRun(this.client, call, version.mlflowRunId);
    return {
      ...(await toPlatformVersion(this.client, call, model, version, run)),
      parameters: parametersOf(run),
    };
  }

  /** Lists leave aliases out. Undefined in the workspace registry, which has none on Databricks. */
  private async readAliases(
    call: PlatformCall,
    model: PlatformResource,
  ): Promise<Map<number, string[]> | undefined> {
    if (model.kind !== 'model') return undefined;
    const { aliases } = await readCatalogModel(this.client, call, model);
    const byVersion = new Map<number, string[]>();
    for (const [alias, version] of aliases)
      byVersion.set(version, [...(byVersion.get(version) ?? []), alias]);
    return byVersion;
  }

  private requireModel({ kind, canonical }: PlatformResource): void {
    if (kind === 'model' || kind === 'registered-model') return;
    throw this.refusal(
      'operation-unsupported',
      `${canonical} has no versions. Bind modelops/model to model/<catalog.schema.name> or registered-model/<name>.`,
    );
  }

  private parseCursor(cursor: string | undefined): number {
    if (cursor === undefined) return Infinity;
    if (/^[0-9]{1,15}$/.test(cursor)) return Number(cursor);
    throw this.refusal(
      'platform-rejected-request',
      'The cursor is not from a page of versions. Begin at the first page.',
    );
  }

  private refusal(code: PlatformError['code'], message: string) {
    return new PlatformError(this.client.connection.id, code, message, {
      refused: true,
    });
  }
}
