import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type {
  Binding,
  Serving,
  ServingLoad,
} from 'backstage-plugin-modelops-common';
import { Facts } from '../parts/Facts';
import { PlatformLink } from '../parts/PlatformLink';
import { ReadAge } from '../parts/ReadAge';
import { ServingStateChip } from '../parts/ServingStateChip';
import { SharesBar } from '../parts/SharesBar';
import { Time } from '../parts/Time';

export interface ServingViewProps {
  binding: Binding;
  serving: Serving;
  /** Why it could not be read again. */
  error: Error | undefined;
  reading: boolean;
  onRefresh: () => void;
}

/** How an endpoint is, what it serves, what is being rolled out, and how much it is asked. */
export function ServingView(props: ServingViewProps) {
  const { serving } = props;
  const { message, pending, served, state } = serving;
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 1.5 }}>
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'center',
          columnGap: 2,
          rowGap: 1,
        }}
      >
        <ServingStateChip state={state} />
        {serving.url && (
          <Box component="span" sx={{ typography: 'body2' }}>
            <PlatformLink
              platform={props.binding.platformTitle}
              url={serving.url}
            />
          </Box>
        )}
      </Box>
      {state === 'failed' ? (
        <Alert severity="error">{message ?? 'The newest change failed.'}</Alert>
      ) : (
        message && <Typography variant="body2">{message}</Typography>
      )}
      {served.length > 0 ? (
        <SharesBar label="Traffic now" served={served} />
      ) : (
        <Typography variant="body2">
          {state === 'absent'
            ? 'There is no such endpoint yet. The first deployment creates it.'
            : 'Nothing is served here.'}
        </Typography>
      )}
      {pending && (
        <Box>
          <Typography variant="body2" sx={{ mb: 0.75 }}>
            Being rolled out
            {pending.since && (
              <>
                {' '}
                since <Time at={pending.since} />
              </>
            )}
            :
          </Typography>
          <SharesBar
            label="Traffic once it is rolled out"
            served={pending.served}
          />
        </Box>
      )}
      {served
        .filter(one => one.state !== 'ready')
        .map(one => (
          <Box
            key={one.id}
            sx={{
              display: 'flex',
              flexWrap: 'wrap',
              gap: 1,
              typography: 'body2',
            }}
          >
            <span>{one.version ? `Version ${one.version}` : one.id}</span>
            <ServingStateChip state={one.state} />
            {one.stateMessage && <span>{one.stateMessage}</span>}
          </Box>
        ))}
      {serving.load && <Load load={serving.load} />}
      <ReadAge
        freshness={serving.freshness}
        error={props.error}
        reading={props.reading}
        onRefresh={props.onRefresh}
      />
    </Box>
  );
}

function Load(props: { load: ServingLoad }) {
  const { errorRate, latencyP50, latencyP99, requestsPerMinute } = props.load;
  return (
    <Facts
      label="Load of the last minute"
      facts={[
        [
          'Requests',
          requestsPerMinute === undefined
            ? undefined
            : `${rounded(requestsPerMinute)} per minute`,
        ],
        [
          'Errors',
          errorRate === undefined ? undefined : `${rounded(errorRate * 100)} %`,
        ],
        [
          'Latency (median)',
          latencyP50 === undefined ? undefined : `${rounded(latencyP50)} ms`,
        ],
        [
          'Latency (p99)',
          latencyP99 === undefined ? undefined : `${rounded(latencyP99)} ms`,
        ],
      ]}
    />
  );
}

/** Three significant digits: more would only flicker. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
