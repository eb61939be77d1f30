import Typography from '@mui/material/Typography';
import type { RunsAs } from 'backstage-plugin-modelops-common';
import { startsAsWord } from '../parts/words';

export interface RunsAsNoteProps {
  runsAs: RunsAs | undefined;
  /** Identity the platform runs the job as. */
  jobRunsAs: string | undefined;
}

/** The truth about identity: who the platform sees, and who the job's code runs as. */
export function RunsAsNote(props: RunsAsNoteProps) {
  const { jobRunsAs, runsAs } = props;
  if (!runsAs && !jobRunsAs) return null;
  return (
    // Google's names of people are longer than a card.
    <Typography
      variant="body2"
      component="div"
      sx={{ overflowWrap: 'anywhere' }}
    >
      {runsAs && (
        <div>
          The platform sees <strong>{startsAsWord(runsAs)}</strong>.
        </div>
      )}
      {jobRunsAs && jobRunsAs !== runsAs?.principal && (
        <div>
          The job's code runs as <strong>{jobRunsAs}</strong>, whoever presses
          the button.
        </div>
      )}
    </Typography>
  );
}
