import Box from '@mui/material/Box';
import type { Run } from 'backstage-plugin-modelops-common';
import { useRun } from '../hooks/useRun';
import { ErrorNotice } from './ErrorNotice';
import { RunDetails } from './RunDetails';
import { SidePanel } from './SidePanel';
import { StaleNotice } from './StaleNotice';
import { StateAnnouncer } from './StateAnnouncer';
import { Waiting } from './Waiting';
import { runWord } from './words';

export interface RunDetailsPanelProps {
  run: Run;
  /** Whether the result is read as soon as the panel opens; each reading is an entry in the ledger. */
  resultAtOnce: boolean;
  onClose: () => void;
}

/** Everything about one run, followed while it is open. */
export function RunDetailsPanel(props: RunDetailsPanelProps) {
  const live = useRun(props.run.id);
  return (
    <SidePanel title={runWord(props.run)} onClose={props.onClose}>
      <StateAnnouncer run={live.value} />
      {live.value && (
        <Box sx={{ display: 'flex', flexDirection: 'column', gap: 3 }}>
          <StaleNotice
            error={live.error}
            readAt={live.readAt}
            onRetry={live.refresh}
          />
          <RunDetails
            run={live.value}
            resultAtOnce={props.resultAtOnce}
            onChanged={live.refresh}
          />
        </Box>
      )}
      {!live.value && !live.error && (
        <Waiting label="Loading the run" lines={6} />
      )}
      {!live.value && live.error && (
        <ErrorNotice
          title="The run could not be read"
          error={live.error}
          onRetry={live.refresh}
        />
      )}
    </SidePanel>
  );
}
