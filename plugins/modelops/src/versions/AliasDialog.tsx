import type { ModelVersion, Run } from 'backstage-plugin-modelops-common';
import { OperationDialog } from '../cards/OperationDialog';
import { AliasForm } from './AliasForm';

export interface AliasDialogProps {
  entityRef: string;
  version: string;
  loaded: readonly ModelVersion[];
  onClose: () => void;
  onStarted: (run: Run) => void;
}

/** Reads the form of an alias, says where it is now, and starts the run that moves it. */
export function AliasDialog(props: AliasDialogProps) {
  const { onClose, ...form } = props;
  return (
    <OperationDialog
      title={`Set an alias of version ${props.version}`}
      entityRef={props.entityRef}
      of={{ action: 'deploy', operation: 'set-alias' }}
      onClose={onClose}
    >
      {read => (
        <AliasForm
          {...form}
          form={read.form}
          onFormChanged={read.reload}
          onCancel={onClose}
        />
      )}
    </OperationDialog>
  );
}
