import Typography from '@mui/material/Typography';
import type { useNewestRun } from '../hooks/useNewestRun';
import { StaleNotice } from '../parts/StaleNotice';
import { StateAnnouncer } from '../parts/StateAnnouncer';
import { NewestRun } from './NewestRun';

export interface ActionRunProps {
  newest: ReturnType<typeof useNewestRun>;
  /** What to say when there was none yet. */
  emptyText: string;
}

/** The newest run of a card, followed and announced. */
export function ActionRun(props: ActionRunProps) {
  const { newest } = props;
  return (
    <>
      <StateAnnouncer run={newest.run} />
      {newest.run ? (
        <NewestRun run={newest.run} />
      ) : (
        <Typography variant="body2">{props.emptyText}</Typography>
      )}
      <StaleNotice
        error={newest.error}
        readAt={newest.readAt}
        onRetry={newest.refresh}
      />
    </>
  );
}
