import type { ModelDetail, Run } from 'backstage-plugin-modelops-common';
import { OperationDialog } from './OperationDialog';
import { OperationForm } from './OperationForm';

export interface TrainDialogProps {
  model: ModelDetail;
  onClose: () => void;
  onStarted: (run: Run) => void;
}

/** Reads the form of the training, lets it be filled in, and starts the run. */
export function TrainDialog(props: TrainDialogProps) {
  const { model, onClose, onStarted } = props;
  return (
    <OperationDialog
      title={`Train ${model.title}`}
      entityRef={model.entityRef}
      of={{ action: 'train', operation: 'start' }}
      onClose={onClose}
    >
      {({ form, reload }) => (
        <OperationForm
          entityRef={model.entityRef}
          form={form}
          verb="Starts"
          submit="Start training"
          refused="The training was not started"
          onFormChanged={reload}
          onCancel={onClose}
          onStarted={onStarted}
        />
      )}
    </OperationDialog>
  );
}
