import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { Time } from './Time';

export interface StaleNoticeProps {
  error: Error | undefined;
  readAt: Date | undefined;
  onRetry: () => void;
}

/** Says how old what is shown is, when it could not be read again. Nothing while all is well. */
export function StaleNotice(props: StaleNoticeProps) {
  if (!props.error || !props.readAt) return null;
  return (
    <Alert
      severity="warning"
      action={
        <Button color="inherit" size="small" onClick={props.onRetry}>
          Try again
        </Button>
      }
    >
      This is how it was at <Time at={props.readAt} />. Reading it again failed:{' '}
      {props.error.message}
    </Alert>
  );
}
