import { type ReactNode, useEffect, useRef, useState } from 'react';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import type { Run, StartRunRequest } from 'backstage-plugin-modelops-common';
import { useStartRun } from '../hooks/useStartRun';
import { ControlButton } from './ControlButton';
import { StartError } from './StartError';

export interface ConfirmInPlaceProps {
  /** Words of the button that asks. */
  label: string;
  /** Words of the button that does it. */
  submit: string;
  /** What to say when it was refused. */
  refused: string;
  /** Id of the element that says why it cannot be pressed; absent when it can. */
  blockedBy: string | undefined;
  request: StartRunRequest;
  /** What it will do. */
  children: ReactNode;
  /** What is served is another than what was confirmed: it has to be read again. */
  onChanged: () => void;
  onStarted: (run: Run) => void;
}

/** A button that shows what it will do, and does it when pressed a second time. */
export function ConfirmInPlace(props: ConfirmInPlaceProps) {
  const [asking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  useEffect(() => {
    // The focus returns to where the question came from.
    if (asked.current && !asking) button.current?.focus();
    asked.current = asking;
  }, [asking]);
  if (asking) {
    return <Question {...props} onClose={() => setAsking(false)} />;
  }
  return (
    <ControlButton
      ref={button}
      blockedBy={props.blockedBy}
      onClick={() => setAsking(true)}
    >
      {props.label}
    </ControlButton>
  );
}

function Question(props: ConfirmInPlaceProps & { onClose: () => void }) {
  const { onChanged, onClose } = props;
  const box = useRef<HTMLDivElement>(null);
  const { start, starting, error } = useStartRun(run => {
    props.onStarted(run);
    onClose();
  });
  useEffect(() => box.current?.focus(), []);
  const changed = error?.code === 'serving-changed';
  useEffect(() => {
    if (changed) onChanged();
  }, [changed, error, onChanged]);
  return (
    <Paper
      ref={box}
      variant="outlined"
      role="group"
      aria-label={props.label}
      tabIndex={-1}
      // While it starts it stays, because nobody would see how it went.
      onKeyDown={event => event.key === 'Escape' && !starting && onClose()}
      sx={{
        p: 1.5,
        width: '100%',
        display: 'flex',
        flexDirection: 'column',
        gap: 1.5,
      }}
    >
      {props.children}
      {error && !starting && (
        <StartError
          error={error}
          submit={props.submit}
          refused={props.refused}
        />
      )}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        <Button
          size="small"
          variant="contained"
          disabled={starting}
          onClick={() => start(props.request)}
        >
          {props.submit}
        </Button>
        <Button size="small" disabled={starting} onClick={onClose}>
          Leave it as it is
        </Button>
      </Box>
    </Paper>
  );
}
