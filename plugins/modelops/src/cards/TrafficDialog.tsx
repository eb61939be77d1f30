import type { ModelDetail, Run } from 'backstage-plugin-modelops-common';
import { OperationDialog } from './OperationDialog';
import { TrafficForm } from './TrafficForm';

export interface TrafficDialogProps {
  model: ModelDetail;
  target: string;
  onClose: () => void;
  onStarted: (run: Run) => void;
}

/** Reads what is served, lets the shares of the model's versions be set, and starts the run. */
export function TrafficDialog(props: TrafficDialogProps) {
  const { model, onClose, target } = props;
  return (
    <OperationDialog
      title={`Traffic of ${model.title}`}
      entityRef={model.entityRef}
      of={{ action: 'serve', operation: 'traffic', target }}
      onClose={onClose}
    >
      {({ form, reload }) => (
        <TrafficForm
          entityRef={model.entityRef}
          form={form}
          target={target}
          onFormChanged={reload}
          onCancel={onClose}
          onStarted={props.onStarted}
        />
      )}
    </OperationDialog>
  );
}
