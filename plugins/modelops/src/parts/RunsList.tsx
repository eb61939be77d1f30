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
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 1 }}>
      <RunsOfPage {...props} runs={runs} firstPage={pages.page === 1} />
      <Pager
        label={props.caption}
        pages={pages}
        nextCursor={runs.value?.nextCursor}
      />
    </Box>
  );
}

function RunsOfPage(
  props: RunsListProps & {
    runs: ReturnType<typeof useRuns>;
    firstPage: boolean;
  },
) {
  const { error, readAt, refresh, value } = props.runs;
  if (!value) {
    return error ? (
      <ErrorNotice
        title="The runs could not be read"
        error={error}
        onRetry={refresh}
      />
    ) : (
      <Waiting label="Loading runs" lines={5} />
    );
  }
  return (
    <>
      <StaleNotice error={error} readAt={readAt} onRetry={refresh} />
      {value.items.length === 0 ? (
        <Typography>{props.emptyText}</Typography>
      ) : (
        <RunsTable
          caption={props.caption}
          runs={value.items}
          showModel={props.showModel}
          firstPage={props.firstPage}
        />
      )}
    </>
  );
}
