import { useState } from 'react';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import { unstable_useId as useId } from '@mui/material/utils';
import { useApi } from '@backstage/frontend-plugin-api';
import type { Run } from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from '../api';
import { ErrorNotice } from './ErrorNotice';
import { runWord } from './words';

export interface CancelDialogProps {
  run: Run;
  onClose: () => void;
  onCanceled: () => void;
}

/** Asks once more before a run is cancelled. */
export function CancelDialog(props: CancelDialogProps) {
  const { run, onClose, onCanceled } = props;
  const api = useApi(modelopsApiRef);
  const titleId = useId();
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<Error>();

  const cancel = async () => {
    setSending(true);
    setError(undefined);
    try {
      await api.cancelRun(run.id);
    } catch (caught) {
      setError(caught as Error);
      setSending(false);
      return;
    }
    onCanceled();
    onClose();
  };

  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId}>
      <DialogTitle id={titleId}>Cancel {runWord(run)}?</DialogTitle>
      <DialogContent>
        <DialogContentText>
          {run.platformTitle} is asked, as you, to stop the job. What it has
          computed so far may be lost. The request is recorded.
        </DialogContentText>
        {error && (
          <ErrorNotice title="The run was not canceled" error={error} />
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Keep running</Button>
        <Button variant="contained" onClick={cancel} disabled={sending}>
          Cancel the run
        </Button>
      </DialogActions>
    </Dialog>
  );
}
