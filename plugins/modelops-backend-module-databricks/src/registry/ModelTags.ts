import {
  PlatformError,
  shownText,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { DatabricksClient } from '../databricksClient';
import { catalogTagsSchema } from './registrySchemas';

/** Models whose tags are kept, in memory, with a few tags each: some tens of megabytes. */
const MAX_MODELS = 20_000;
/** Tags of a model that are kept, and their longest text. Databricks allows 50 tags of a few hundred characters. */
const MAX_TAGS = 50;
const LONGEST_TAG = 256;

/** A model whose tags are asked for. */
interface TaggedModel {
  name: string;
  updatedAt?: Date;
}

/**
 * Tags of Unity Catalog models, which take a call each. Those of a model that was not updated since are kept, so a look at
 * ten thousand unchanged models costs no call.
 * @internal
 */
export class ModelTags {
  private readonly kept = new Map<
    string,
    { updatedAt: number; tags: Record<string, string> }
  >();

  constructor(private readonly client: DatabricksClient) {}

  async tagsOf(
    call: PlatformCall,
    { name, updatedAt }: TaggedModel,
  ): Promise<Record<string, string>> {
    // What one principal may see is not told to another.
    const key = `${call.credential.principal}\n${name}`;
    const kept = this.kept.get(key);
    if (kept && updatedAt && kept.updatedAt === updatedAt.getTime())
      return kept.tags;
    const tags = await this.readTags(call, name);
    this.kept.delete(key);
    if (updatedAt) this.kept.set(key, { updatedAt: updatedAt.getTime(), tags });
    const oldest = this.kept.keys().next();
    if (this.kept.size > MAX_MODELS && !oldest.done)
      this.kept.delete(oldest.value);
    return tags;
  }

  /** None for a model that is gone by now, or whose tags are closed to the caller. */
  private async readTags(
    call: PlatformCall,
    name: string,
  ): Promise<Record<string, string>> {
    try {
      const { registered_model: model } = await this.client.get(
        call,
        {
          path: '/api/2.0/mlflow/unity-catalog/registered-models/get',
          query: { name },
          target: `the tags of model/${name}`,
          needs: 'EXECUTE on the model',
        },
        catalogTagsSchema,
      );
      return toTags(model.tags);
    } catch (error) {
      if (
        error instanceof PlatformError &&
        (error.code === 'platform-not-found' ||
          error.code === 'platform-permission-denied')
      )
        return {};
      throw error;
    }
  }
}

/** Tags as plain texts of bounded number and length. @internal */
export function toTags(
  tags: readonly { key: string; value?: string }[],
): Record<string, string> {
  return Object.fromEntries(
    tags.slice(0, MAX_TAGS).flatMap(({ key, value }) => {
      const name = shownText(key, LONGEST_TAG);
      return name ? [[name, shownText(value, LONGEST_TAG) ?? '']] : [];
    }),
  );
}
