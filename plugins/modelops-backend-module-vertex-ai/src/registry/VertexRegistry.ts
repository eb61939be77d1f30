import type { RegisteredModel } from 'backstage-plugin-modelops-common';
import {
  mapFewAtATime,
  refusal,
  type PlatformCall,
  type PlatformErrorCode,
  type PlatformPage,
  type PlatformResource,
  type PlatformVersion,
  type PlatformVersionDetail,
  type VersionRegistry,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { listModels } from './listModels';
import { readAll, readOne } from './modelVersions';
import { toPlatformVersion, toVersionDetail } from './toPlatformVersion';

/** Model registry of one location. @internal */
export class VertexRegistry implements VersionRegistry {
  constructor(private readonly client: VertexClient) {}

  /** Its cursor is the number of the last version of the page before. */
  async listVersions(
    call: PlatformCall,
    model: PlatformResource,
    page: { cursor?: string; limit: number },
  ): Promise<PlatformPage<PlatformVersion>> {
    this.requireModel(model);
    const below = this.parseCursor(page.cursor);
    const all = await readAll(this.client, call, model);
    const rest = all.filter(({ version }) => version < below);
    const versions = rest.slice(0, page.limit);
    const items = await mapFewAtATime(versions, version =>
      toPlatformVersion(this.client, call, model, version),
    );
    const last = versions.at(-1)?.version;
    return {
      items,
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
    return toVersionDetail(
      this.client,
      call,
      model,
      await readOne(this.client, call, model, version),
    );
  }

  listModels(
    call: PlatformCall,
    page: { cursor?: string; limit: number },
  ): Promise<PlatformPage<RegisteredModel>> {
    return listModels(this.client, call, page);
  }

  private requireModel({ kind, canonical }: PlatformResource): void {
    if (kind === 'model') return;
    throw this.refusal(
      'operation-unsupported',
      `${canonical} has no versions. Bind modelops/model to model/<id>.`,
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

  private refusal(code: PlatformErrorCode, message: string) {
    return refusal(this.client.connection.id, code, message);
  }
}
