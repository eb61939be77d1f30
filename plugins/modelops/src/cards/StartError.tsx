import { ErrorNotice } from '../parts/ErrorNotice';

export interface StartErrorProps {
  error: Error & { statusCode?: number };
}

/** Why a start was refused, or that nobody knows yet whether it arrived. */
export function StartError(props: StartErrorProps) {
  const { error } = props;
  // Without an answer, or after a failure of the server, the run may exist.
  const lost = error.statusCode === 0 || (error.statusCode ?? 0) >= 500;
  return (
    <>
      <ErrorNotice
        title={
          lost ? 'There was no clear answer' : 'The training was not started'
        }
        error={error}
      />
      {lost && (
        <p>
          Press Start training again: the same request never starts a second
          job.
        </p>
      )}
    </>
  );
}
