import { type ReactNode, useRef } from 'react';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { unstable_useId as useId } from '@mui/material/utils';
import type { ActionForm } from 'backstage-plugin-modelops-common';
import { type FormOf, useForm } from '../hooks/useForm';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Waiting } from '../parts/Waiting';
import { StartingContext } from './StartingContext';

export interface OperationDialogProps {
  title: string;
  entityRef: string;
  of: FormOf;
  /** What stands above the form and stays when another one is read. */
  above?: ReactNode;
  onClose: () => void;
  children: (read: { form: ActionForm; reload: () => void }) => ReactNode;
}

/** A dialog with the form of an operation. */
export function OperationDialog(props: OperationDialogProps) {
  const { above, onClose, title, ...body } = props;
  const titleId = useId();
  const starting = useRef(false);
  return (
    <Dialog
      open
      fullWidth
      maxWidth="sm"
      aria-labelledby={titleId}
      // A click beside the dialog would throw away what was typed.
      onClose={(_, reason) =>
        reason !== 'backdropClick' && !starting.current && onClose()
      }
    >
      <DialogTitle id={titleId}>{title}</DialogTitle>
      {above && <Box sx={{ px: 3, py: 1 }}>{above}</Box>}
      <StartingContext.Provider value={starting}>
        <FormBody {...body} onClose={onClose} key={JSON.stringify(body.of)} />
      </StartingContext.Provider>
    </Dialog>
  );
}

/** Reads the form; what is drawn of it stays while it is read again. */
function FormBody(props: Omit<OperationDialogProps, 'title' | 'above'>) {
  const { onClose } = props;
  const form = useForm(props.entityRef, props.of);
  if (form.value) {
    return (
      <>
        {form.error && !form.loading && (
          <Box sx={{ px: 3, py: 1 }}>
            <ErrorNotice
              title="The form could not be read again"
              error={form.error}
              onRetry={form.load}
            />
          </Box>
        )}
        {props.children({ form: form.value, reload: form.load })}
      </>
    );
  }
  return (
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
  );
}
