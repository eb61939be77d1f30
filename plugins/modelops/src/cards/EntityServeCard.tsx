import { stringifyEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { ServeCard } from './ServeCard';

/** The card Serve of the entity whose page this is. */
export function EntityServeCard() {
  const { entity } = useEntity();
  return <ServeCard entityRef={stringifyEntityRef(entity)} />;
}
