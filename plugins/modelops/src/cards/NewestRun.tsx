import { useState } from 'react';
import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { Run } from 'backstage-plugin-modelops-common';
import { Duration } from '../parts/Duration';
import { PlatformLink } from '../parts/PlatformLink';
import { RunDetailsPanel } from '../parts/RunDetailsPanel';
import { RunStateChip } from '../parts/RunStateChip';
import { Time } from '../parts/Time';
import {
  failureSentence,
  OPERATION_WORDS,
  personWord,
  runWord,
} from '../parts/words';

export interface NewestRunProps {
  run: Run;
}

/** The newest run in a few words, and the way to all there is to know about it. */
export function NewestRun(props: NewestRunProps) {
  const { run } = props;
  const [opened, setOpened] = useState<Run>();
  // A run that starts meanwhile is the newest one then, but not the one that somebody reads about.
  const shown = opened?.id === run.id ? run : opened;
  return (
    <Box>
      <Typography component="h3" variant="subtitle2" sx={{ mb: 0.5 }}>
        Newest run
      </Typography>
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'center',
          columnGap: 2,
          rowGap: 1,
          typography: 'body2',
        }}
      >
        <RunStateChip state={run.state} />
        {run.operation !== 'start' && <span>{changeWord(run)}</span>}
        <span>
          <Time at={run.requestedAt} /> by {personWord(run.startedBy)}
        </span>
        <span>
          Duration: <Duration run={run} />
        </span>
        {run.platformRunUrl && (
          <PlatformLink platform={run.platformTitle} url={run.platformRunUrl} />
        )}
        <Button
          size="small"
          aria-label={`Details of ${runWord(run)}`}
          aria-haspopup="dialog"
          onClick={() => setOpened(run)}
        >
          Details
        </Button>
      </Box>
      <Explanation run={run} onOpen={() => setOpened(run)} />
      {shown && (
        <RunDetailsPanel
          run={shown}
          resultAtOnce
          onClose={() => setOpened(undefined)}
        />
      )}
    </Box>
  );
}

function Explanation(props: NewestRunProps & { onOpen: () => void }) {
  const { run } = props;
  const { failure, state } = run;
  if (state === 'unknown') {
    return (
      <Typography variant="body2" sx={{ mt: 1 }}>
        {run.action === 'train'
          ? 'Finding out whether the job was started… Nothing is started twice.'
          : 'Finding out whether the change arrived… Nothing is done twice.'}
      </Typography>
    );
  }
  if (!failure) return null;
  const sentence = failureSentence(failure);
  if (run.action === 'train' || state !== 'failed') {
    return (
      <Typography variant="body2" sx={{ mt: 1 }}>
        {sentence}
      </Typography>
    );
  }
  // The endpoint goes on answering with what it had, so that nothing else would look wrong.
  return (
    <Alert
      severity="error"
      sx={{ mt: 1 }}
      action={
        run.platformRunId && (
          <Button
            color="inherit"
            size="small"
            aria-haspopup="dialog"
            onClick={props.onOpen}
          >
            Log
          </Button>
        )
      }
    >
      <AlertTitle>{changeWord(run)} failed</AlertTitle>
      {sentence}
    </Alert>
  );
}

/** `Deploy of version 4`; nothing for a training, which the card names already. */
function changeWord(run: Run): string | undefined {
  if (run.operation === 'start') return undefined;
  const word = OPERATION_WORDS[run.operation];
  return run.version === undefined ? word : `${word} of version ${run.version}`;
}
