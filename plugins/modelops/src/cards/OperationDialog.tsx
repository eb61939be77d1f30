import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { unstable_useId as useId } from '@mui/material/utils';
import type { ModelDetail, Run } from 'backstage-plugin-modelops-common';
import { useForm } from '../hooks/useForm';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Waiting } from '../parts/Waiting';
import { TrainForm } from './TrainForm';

export interface TrainDialogProps {
  model: ModelDetail;
  onClose: () => void;
  onStarted: (run: Run) => void;
}

/** Reads the form of the training, lets it be filled in, and starts the run. */
export function TrainDialog(props: TrainDialogProps) {
  const { model, onClose, onStarted } = props;
  const form = useForm(model.entityRef, 'train');
  const titleId = useId();
  return (
    <Dialog
      open
      fullWidth
      maxWidth="sm"
      aria-labelledby={titleId}
      // A click beside the dialog would throw away what was typed.
      onClose={(_, reason) => reason !== 'backdropClick' && onClose()}
    >
      <DialogTitle id={titleId}>Train {model.title}</DialogTitle>
      {form.value ? (
        <TrainForm
          entityRef={model.entityRef}
          form={form.value}
          onCancel={onClose}
          onStarted={onStarted}
        />
      ) : (
        <>
          <DialogContent>
            {form.error && !form.loading ? (
              <ErrorNotice
                title="The form could not be read"
                error={form.error}
                onRetry={form.load}
              />
            ) : (
              <Waiting label="Loading the form" lines={4} />
            )}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}
