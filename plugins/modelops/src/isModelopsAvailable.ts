import type { Entity } from '@backstage/catalog-model';
import { BINDING_ANNOTATIONS } from 'backstage-plugin-modelops-common';

/** Whether an entity is bound to a platform, so that its page should show the cards. @public */
export function isModelopsAvailable(entity: Entity): boolean {
  const annotations = entity.metadata.annotations ?? {};
  return Object.values(BINDING_ANNOTATIONS).some(
    annotation => annotations[annotation] !== undefined,
  );
}
