import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { CredentialExchanger } from './CredentialExchanger';
import type { ModelPlatform } from './ModelPlatform';

/** Where platform modules announce themselves. A second platform or exchanger of the same id is a start error. @public */
export interface ModelopsPlatformsExtensionPoint {
  addPlatform(platform: ModelPlatform): void;
  addExchanger(exchanger: CredentialExchanger): void;
}

/** Where platform modules announce themselves. @public */
export const modelopsPlatformsExtensionPoint =
  createExtensionPoint<ModelopsPlatformsExtensionPoint>({
    id: 'modelops.platforms',
  });
