import { useState } from 'react';
import type { ModelDetail, Run } from 'backstage-plugin-modelops-common';
import { targetOf } from '../parts/words';
import { boundActions } from './LoadedModel';
import { DeployForm } from './DeployForm';
import { OperationDialog } from './OperationDialog';
import { TargetChoice } from './TargetChoice';

export interface DeployDialogProps {
  model: ModelDetail;
  /** Where to; without one, the person chooses here. */
  target?: string;
  /** Chosen already. */
  version?: string;
  onClose: () => void;
  onStarted: (run: Run) => void;
}

/** Reads the form of a deployment, shows what it would change, and starts the run. */
export function DeployDialog(props: DeployDialogProps) {
  const { model, onClose } = props;
  const bindings = boundActions(model, 'deploy')
    .filter(({ allowed }) => allowed)
    .map(({ binding }) => binding);
  const [chosen, setChosen] = useState<string>();
  const target = props.target ?? chosen ?? bindings.map(targetOf)[0];
  return (
    <OperationDialog
      title={`Deploy ${model.title}`}
      entityRef={model.entityRef}
      of={{ action: 'deploy', operation: 'deploy', target }}
      above={
        props.target === undefined &&
        bindings.length > 1 && (
          <TargetChoice
            bindings={bindings}
            target={target ?? ''}
            onChange={setChosen}
          />
        )
      }
      onClose={onClose}
    >
      {({ form, reload }) => (
        <DeployForm
          entityRef={model.entityRef}
          form={form}
          target={target}
          version={props.version}
          onFormChanged={reload}
          onCancel={onClose}
          onStarted={props.onStarted}
        />
      )}
    </OperationDialog>
  );
}
