import { useEffect, useRef, useState } from 'react';
import Box from '@mui/material/Box';
import type { Run } from 'backstage-plugin-modelops-common';
import { visuallyHidden } from './visuallyHidden';
import { OPERATION_WORDS, STATE_WORDS } from './words';

export interface StateAnnouncerProps {
  run: Run | undefined;
}

/** Tells a screen reader when a run changes its state, and stays quiet about the state it found. */
export function StateAnnouncer(props: StateAnnouncerProps) {
  const { run } = props;
  const now = run && `${run.id} ${run.state}`;
  const before = useRef(now);
  const [message, setMessage] = useState('');
  useEffect(() => {
    if (before.current === now) return;
    const first = before.current === undefined;
    before.current = now;
    // The first run seen was there already, unless it was requested this moment.
    if (!run || (first && run.state !== 'requested')) return;
    setMessage(`${OPERATION_WORDS[run.operation]}: ${STATE_WORDS[run.state]}`);
  }, [now, run]);
  return (
    <Box role="status" aria-live="polite" sx={visuallyHidden}>
      {message}
    </Box>
  );
}
