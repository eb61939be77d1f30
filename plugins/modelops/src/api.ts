import { createApiRef } from '@backstage/frontend-plugin-api';
import type { ModelopsApi } from 'backstage-plugin-modelops-common';

/** The REST API of the backend, called as the signed-in person. @public */
export const modelopsApiRef = createApiRef<ModelopsApi>().with({
  id: 'plugin.modelops.client',
  pluginId: 'modelops',
});
