import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Button from '@mui/material/Button';
import { SignInNotice } from './SignInNotice';
import { furtherHint } from './words';

/** Codes that a new sign-in cures. */
const CURED_BY_SIGN_IN = new Set([
  'identity-missing',
  'identity-expired',
  'credential-expired',
]);

export interface ErrorNoticeProps {
  title: string;
  error: Error & { code?: string };
  onRetry?: () => void;
}

/** What went wrong, what to do about it, and a button to try again. */
export function ErrorNotice(props: ErrorNoticeProps) {
  const { code, message } = props.error;
  if (code && CURED_BY_SIGN_IN.has(code) && props.onRetry) {
    return <SignInNotice reason={message} onSignedIn={props.onRetry} />;
  }
  // What `internal` advises needs a trace id, which the person does not see.
  const hint = code === 'internal' ? undefined : furtherHint(props.error);
  return (
    <Alert
      severity="error"
      action={
        props.onRetry && (
          <Button color="inherit" size="small" onClick={props.onRetry}>
            Try again
          </Button>
        )
      }
    >
      <AlertTitle>{props.title}</AlertTitle>
      {message}
      {hint && <div>{hint}</div>}
    </Alert>
  );
}
