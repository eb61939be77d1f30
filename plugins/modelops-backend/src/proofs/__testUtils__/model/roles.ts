import type { JsonObject } from '@backstage/types';

/** The same app-config, after ada's role was taken the right to train. */
export function rolesWithoutTraining(config: JsonObject): JsonObject {
  // JSON of any shape, to be changed in its depth.
  const edited = structuredClone(config) as any;
  const [rule] = edited.modelops.roles[0].allow;
  rule.actions = ['read', 'cancel'];
  delete rule.parameters; // they would have no effect, which is refused
  return edited;
}
