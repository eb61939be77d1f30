import { useCallback, useState } from 'react';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { isTerminal, type RunDetail } from 'backstage-plugin-modelops-common';
import { CancelDialog } from './CancelDialog';

export interface CancelRunProps {
  run: RunDetail;
  onCanceled: () => void;
}

/** Offers to cancel a run, or says why this person cannot. */
export function CancelRun(props: CancelRunProps) {
  const { run, onCanceled } = props;
  const [asking, setAsking] = useState(false);
  const close = useCallback(() => setAsking(false), []);
  if (isTerminal(run.state)) return null;
  if (!run.cancel.allowed) {
    return (
      <Typography variant="body2">
        {run.cancel.reason ?? 'You may not cancel this run.'}
      </Typography>
    );
  }
  return (
    <>
      {run.cancelRequested && (
        <Typography variant="body2">
          The platform was asked to cancel it.
        </Typography>
      )}
      <Button
        size="small"
        variant="outlined"
        color="inherit"
        onClick={() => setAsking(true)}
      >
        Cancel run
      </Button>
      {asking && (
        <CancelDialog run={run} onClose={close} onCanceled={onCanceled} />
      )}
    </>
  );
}
