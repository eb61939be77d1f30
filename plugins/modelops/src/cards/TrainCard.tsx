import { ModelCard } from './ModelCard';
import { TrainAction } from './TrainAction';

export interface TrainCardProps {
  /** `kind:namespace/name` */
  entityRef: string;
}

/** Train: what would be started, as whom, how the newest run does, and the button. */
export function TrainCard(props: TrainCardProps) {
  return (
    <ModelCard
      entityRef={props.entityRef}
      title="Train"
      waiting="Loading what can be trained"
    >
      {loaded => <TrainAction {...loaded} />}
    </ModelCard>
  );
}
