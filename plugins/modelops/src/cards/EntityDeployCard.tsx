import { stringifyEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { DeployCard } from './DeployCard';

/** The card Deploy of the entity whose page this is. */
export function EntityDeployCard() {
  const { entity } = useEntity();
  return <DeployCard entityRef={stringifyEntityRef(entity)} />;
}
