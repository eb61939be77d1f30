import { stringifyEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import { TrainCard } from './TrainCard';

/** The card Train of the entity whose page this is. */
export function EntityTrainCard() {
  const { entity } = useEntity();
  return <TrainCard entityRef={stringifyEntityRef(entity)} />;
}
