import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { useSignIn } from '../hooks/useSignIn';

export interface SignInNoticeProps {
  reason: string;
  onSignedIn: () => void;
}

/** Says that the platform needs to know the person, and offers to sign in. */
export function SignInNotice(props: SignInNoticeProps) {
  const { signIn, signingIn, error } = useSignIn(props.onSignedIn);
  return (
    <Alert
      severity="info"
      action={
        <Button
          color="inherit"
          size="small"
          onClick={signIn}
          disabled={signingIn}
        >
          Sign in
        </Button>
      }
    >
      {props.reason}
      {error && <div role="alert">The sign-in failed: {error.message}</div>}
    </Alert>
  );
}
