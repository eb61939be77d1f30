import type { RegisteredModel } from 'backstage-plugin-modelops-common';
import type {
  PlatformCall,
  PlatformErrorCode,
  PlatformPage,
  PlatformResource,
  PlatformVersion,
  PlatformVersionDetail,
  VersionRegistry,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { refusal } from '../vertexErrors';
import { listModels } from './listModels';
import { readAll, readOne } from './modelVersions';
import { toPlatformVersion, toVersionDetail } from './toPlatformVersion';

/** Versions whose evaluations and jobs are read at a time: Google allows 600 reads a minute for a whole project. */
const AT_A_TIME = 4;

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
    const items: PlatformVersion[] = [];
    for (let at = 0; at < versions.length; at += AT_A_TIME)
      items.push(
        ...(await Promise.all(
          versions
            .slice(at, at + AT_A_TIME)
            .map(version =>
              toPlatformVersion(this.client, call, model, version),
            ),
        )),
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
