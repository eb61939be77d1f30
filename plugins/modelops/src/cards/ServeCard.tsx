import { ModelCard } from './ModelCard';
import { ServeAction } from './ServeAction';

export interface ServeCardProps {
  /** `kind:namespace/name` */
  entityRef: string;
}

/** Serve: how an endpoint is, what it serves with which shares, and what can be changed of that. */
export function ServeCard(props: ServeCardProps) {
  return (
    <ModelCard
      entityRef={props.entityRef}
      title="Serve"
      waiting="Loading what serves the model"
    >
      {loaded => <ServeAction {...loaded} />}
    </ModelCard>
  );
}
