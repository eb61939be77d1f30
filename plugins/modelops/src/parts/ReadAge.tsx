import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { Freshness } from 'backstage-plugin-modelops-common';
import { Age } from './Age';
import { BusyButton } from './BusyButton';
import { ErrorNotice } from './ErrorNotice';

export interface ReadAgeProps {
  freshness: Freshness;
  /** Why the newest request of this page failed. */
  error: Error | undefined;
  reading: boolean;
  onRefresh: () => void;
}

/** How old what is shown is, why it is no younger, and the button that reads it again. */
export function ReadAge(props: ReadAgeProps) {
  const { error, freshness } = props;
  const stale = !error && freshness.failure;
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 1 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
        <Typography variant="body2" color="text.secondary">
          Read <Age at={freshness.readAt} />
        </Typography>
        <BusyButton busy={props.reading} onClick={props.onRefresh}>
          Refresh
        </BusyButton>
      </Box>
      {stale && (
        <Alert severity="warning">
          This is what you last got to see, read <Age at={freshness.readAt} />:{' '}
          {stale.message}
        </Alert>
      )}
      {error && (
        <ErrorNotice
          title="It could not be read again"
          error={error}
          onRetry={props.onRefresh}
        />
      )}
    </Box>
  );
}
