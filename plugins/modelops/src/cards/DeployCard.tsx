import { DeployAction } from './DeployAction';
import { ModelCard } from './ModelCard';

export interface DeployCardProps {
  /** `kind:namespace/name` */
  entityRef: string;
}

/** Deploy: where a version would go, as whom, how the newest deployment does, and the button. */
export function DeployCard(props: DeployCardProps) {
  return (
    <ModelCard
      entityRef={props.entityRef}
      title="Deploy"
      waiting="Loading where it can be deployed"
    >
      {loaded => <DeployAction {...loaded} />}
    </ModelCard>
  );
}
