import type { Binding } from 'backstage-plugin-modelops-common';
import { Facts } from '../parts/Facts';

export interface ActionFactsProps {
  binding: Binding;
}

/** Where a card acts. */
export function ActionFacts(props: ActionFactsProps) {
  const { binding } = props;
  return (
    <Facts
      facts={[
        ['Platform', `${binding.platformTitle} (${binding.connection})`],
        ['Resource', binding.resource],
        ['Environment', binding.environment],
      ]}
    />
  );
}
