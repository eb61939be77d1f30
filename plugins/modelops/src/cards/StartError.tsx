import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import { ErrorNotice } from '../parts/ErrorNotice';

export interface StartErrorProps {
  error: Error & { code?: string; statusCode?: number };
  /** Words of the button that would try again. */
  submit: string;
  /** What to say when it was refused. */
  refused: string;
}

/** Why a start was refused, or that nobody knows yet whether it arrived. */
export function StartError(props: StartErrorProps) {
  const { error, submit } = props;
  if (error.code === 'serving-changed') {
    return (
      <Alert severity="warning">
        <AlertTitle>What is served changed since you looked</AlertTitle>
        {error.message} It was read again: look at what would change now, then
        press {submit} again.
      </Alert>
    );
  }
  // Without an answer, with one that could not be read, or after a failure of the server, the run may exist.
  const { statusCode } = error;
  const lost =
    statusCode !== undefined && (statusCode < 400 || statusCode >= 500);
  return (
    <>
      <ErrorNotice
        title={lost ? 'There was no clear answer' : props.refused}
        error={error}
      />
      {lost && (
        <p>
          Press {submit} again: the same request is never carried out twice.
        </p>
      )}
    </>
  );
}
