import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { AUDIT_CODES, type RunEvent } from 'backstage-plugin-modelops-common';
import { Time } from './Time';
import { personWord } from './words';

export interface RunTimelineProps {
  /** Oldest first. */
  events: RunEvent[];
}

/** The audit entries of a run in the order they were written. */
export function RunTimeline(props: RunTimelineProps) {
  return (
    <Box
      component="ol"
      aria-label="Audit entries of the run"
      sx={{
        m: 0,
        pl: 2,
        borderLeft: 2,
        borderColor: 'divider',
        listStyle: 'none',
      }}
    >
      {props.events.map(event => (
        <Box component="li" key={event.sequence} sx={{ pb: 1.5 }}>
          <Typography variant="body2">
            {AUDIT_CODES[event.code]}
            {event.detail && `: ${event.detail}`}
          </Typography>
          <Typography variant="caption" color="text.secondary" component="div">
            Entry {event.sequence} · <Time at={event.time} /> ·{' '}
            <code>{event.code}</code> · by {personWord(event.actor)}
            {event.principal && ` · as ${event.principal}`}
            {event.refusalCode && ` · ${event.refusalCode}`}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}
