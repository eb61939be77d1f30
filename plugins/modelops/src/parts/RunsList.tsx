import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ListRunsQuery } from 'backstage-plugin-modelops-common';
import { usePages } from '../hooks/usePages';
import { useRuns } from '../hooks/useRuns';
import { ErrorNotice } from './ErrorNotice';
import { Pager } from './Pager';
import { RunsTable } from './RunsTable';
import { StaleNotice } from './StaleNotice';
import { Waiting } from './Waiting';

export interface RunsListProps {
  caption: string;
  query: Pick<ListRunsQuery, 'entityRef' | 'state' | 'action'>;
  showModel: boolean;
  /** What to say when there is none. */
  emptyText: string;
}

/** Pages of runs in all their states. */
export function RunsList(props: RunsListProps) {
  const pages = usePages(JSON.stringify(props.query));
  const runs = useRuns({ ...props.query, cursor: pages.cursor });
  if (!runs.value) {
    return runs.error ? (
      <ErrorNotice
        title="The runs could not be read"
        error={runs.error}
        onRetry={runs.refresh}
      />
    ) : (
      <Waiting label="Loading runs" lines={5} />
    );
  }
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 1 }}>
      <StaleNotice
        error={runs.error}
        readAt={runs.readAt}
        onRetry={runs.refresh}
      />
      {runs.value.items.length === 0 ? (
        <Typography>{props.emptyText}</Typography>
      ) : (
        <RunsTable
          caption={props.caption}
          runs={runs.value.items}
          showModel={props.showModel}
          firstPage={pages.page === 1}
        />
      )}
      <Pager
        label={props.caption}
        page={pages.page}
        nextCursor={runs.value.nextCursor}
        onNext={pages.next}
        onPrevious={pages.previous}
      />
    </Box>
  );
}
