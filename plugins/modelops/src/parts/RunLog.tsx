import { useCallback } from 'react';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useApi } from '@backstage/frontend-plugin-api';
import { modelopsApiRef } from '../api';
import { useOnDemand } from '../hooks/useOnDemand';
import { ErrorNotice } from './ErrorNotice';
import { Part } from './Part';
import { TextBlock } from './TextBlock';
import { Waiting } from './Waiting';

export interface RunLogProps {
  runId: string;
}

/** The end of the job's log: plain text, read from the platform as the person, when asked for. */
export function RunLog(props: RunLogProps) {
  const { runId } = props;
  const api = useApi(modelopsApiRef);
  const log = useOnDemand(
    useCallback(() => api.getRunLogs(runId), [api, runId]),
  );
  return (
    <Part title="Log">
      {log.value === '' && (
        <Typography variant="body2">The log is empty so far.</Typography>
      )}
      {log.value && (
        <TextBlock
          role="region"
          aria-label="End of the log"
          // A region that scrolls has to be reachable by keyboard.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          sx={{
            mb: 1,
            p: 1.5,
            maxHeight: 360,
            overflow: 'auto',
            userSelect: 'text',
          }}
        >
          {log.value}
        </TextBlock>
      )}
      {log.error && !log.loading && (
        <Box sx={{ mb: 1 }}>
          <ErrorNotice
            title="The log could not be read"
            error={log.error}
            onRetry={log.load}
          />
        </Box>
      )}
      {log.loading && <Waiting label="Loading the log" />}
      {!log.loading && !log.error && (
        <Button size="small" variant="outlined" onClick={log.load}>
          {log.value === undefined ? 'Show log' : 'Read the log again'}
        </Button>
      )}
    </Part>
  );
}
