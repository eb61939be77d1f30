import { useState } from 'react';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { Run } from 'backstage-plugin-modelops-common';
import { Duration } from '../parts/Duration';
import { PlatformLink } from '../parts/PlatformLink';
import { RunDetailsPanel } from '../parts/RunDetailsPanel';
import { RunStateChip } from '../parts/RunStateChip';
import { Time } from '../parts/Time';
import { hintFor, personWord, runWord } from '../parts/words';

export interface NewestRunProps {
  run: Run;
}

/** The newest run in a few words, and the way to all there is to know about it. */
export function NewestRun(props: NewestRunProps) {
  const { run } = props;
  const [open, setOpen] = useState(false);
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
        <span>
          <Time at={run.requestedAt} /> by {personWord(run.startedBy)}
        </span>
        <span>
          Duration: <Duration run={run} />
        </span>
        {run.platformRunUrl && (
          <PlatformLink platform={run.platform} url={run.platformRunUrl} />
        )}
        <Button
          size="small"
          aria-label={`Details of ${runWord(run)}`}
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
        >
          Details
        </Button>
      </Box>
      <Explanation run={run} />
      {open && (
        <RunDetailsPanel
          run={run}
          resultAtOnce
          onClose={() => setOpen(false)}
        />
      )}
    </Box>
  );
}

function Explanation(props: NewestRunProps) {
  const { failure, state } = props.run;
  const hint = hintFor(failure?.code);
  if (state === 'unknown') {
    return (
      <Typography variant="body2" sx={{ mt: 1 }}>
        Finding out whether the job was started… Nothing is started twice.
      </Typography>
    );
  }
  if (!failure) return null;
  return (
    <Typography variant="body2" sx={{ mt: 1 }}>
      {failure.message}
      {hint && hint !== failure.message && ` ${hint}.`}
    </Typography>
  );
}
