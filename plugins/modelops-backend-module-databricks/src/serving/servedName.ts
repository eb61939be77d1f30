import { createHash } from 'node:crypto';
import type { PlatformResource } from 'backstage-plugin-modelops-node';
import { nameOf } from '../databricksResources';

/**
 * Longest name of a model within the name of what is served, in characters; with version and hash it stays below 63, which
 * suits a label of a container.
 */
const LONGEST_MODEL = 36;

/**
 * Names that a version of a model may be served under, in the order they are tried: the same version always gets the same
 * name, and the second is for when another model has the first. Letters, digits, dash and underscore, as Databricks allows.
 * @internal
 */
export function servedNames(
  model: PlatformResource,
  version: string,
): readonly [string, string] {
  const name = nameOf(model).split('.').at(-1) ?? '';
  const short = name.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, LONGEST_MODEL);
  const first = `${short}-${version.replace(/[^A-Za-z0-9_-]+/g, '-')}`;
  const hash = createHash('sha256').update(model.canonical).digest('hex');
  return [first, `${first}-${hash.slice(0, 8)}`];
}
