import type { Binding } from 'backstage-plugin-modelops-common';
import { SelectField } from '../parts/SelectField';
import { targetOf } from '../parts/words';

export interface TargetChoiceProps {
  bindings: readonly Binding[];
  /** `<connection>:<resource>` */
  target: string;
  onChange: (target: string) => void;
}

/** Which of several endpoints. Nothing where there is one. */
export function TargetChoice(props: TargetChoiceProps) {
  const { bindings } = props;
  if (bindings.length < 2) return null;
  return (
    <SelectField
      label="Endpoint"
      value={props.target}
      options={bindings.map(binding => [targetOf(binding), wordOf(binding)])}
      onChange={props.onChange}
      fullWidth
    />
  );
}

function wordOf(binding: Binding): string {
  const { connection, environment, resource } = binding;
  return [`${connection}: ${resource}`, environment && `(${environment})`]
    .filter(Boolean)
    .join(' ');
}
