import { useCallback, useState } from 'react';
import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { unstable_useId as useId } from '@mui/material/utils';
import TrainIcon from '@mui/icons-material/PlayArrow';
import {
  BINDING_ANNOTATIONS,
  type ModelDetail,
  type Run,
} from 'backstage-plugin-modelops-common';
import { useNewestRun } from '../hooks/useNewestRun';
import { Facts } from '../parts/Facts';
import { SignInNotice } from '../parts/SignInNotice';
import { StaleNotice } from '../parts/StaleNotice';
import { StateAnnouncer } from '../parts/StateAnnouncer';
import { NewestRun } from './NewestRun';
import { RunsAsNote } from './RunsAsNote';
import { TrainDialog } from './TrainDialog';

export interface TrainActionProps {
  model: ModelDetail;
  onStarted: (run: Run) => void;
  /** The model has to be read again: somebody signed in, or a run ended. */
  onStale: () => void;
}

/** The loaded card. */
export function TrainAction(props: TrainActionProps) {
  const { model, onStale } = props;
  const train = model.actions.find(({ action }) => action === 'train');
  const newest = useNewestRun(train?.lastRun, onStale);
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const reasonId = useId();

  if (!train?.binding) {
    return (
      <NotConfigured
        annotation={train?.problem?.annotation ?? BINDING_ANNOTATIONS.train}
        message={
          train?.problem?.message ?? 'Nothing is bound to Train for this model.'
        }
      />
    );
  }
  const { binding } = train;
  return (
    <>
      <Facts
        facts={[
          ['Platform', `${binding.platformTitle} (${binding.connection})`],
          ['Resource', binding.resource],
          ['Environment', binding.environment],
        ]}
      />
      <RunsAsNote runsAs={train.runsAs} jobRunsAs={train.jobRunsAs} />
      <StateAnnouncer run={newest.run} />
      {newest.run ? (
        <NewestRun run={newest.run} />
      ) : (
        <Typography variant="body2">
          Never trained from this portal so far.
        </Typography>
      )}
      <StaleNotice
        error={newest.error}
        readAt={newest.readAt}
        onRetry={newest.refresh}
      />
      {!model.identified && (
        <SignInNotice
          reason="The platform does not know you yet: sign in with your identity provider, and Train runs as you."
          onSignedIn={onStale}
        />
      )}
      <Box>
        <Button
          variant="contained"
          startIcon={<TrainIcon />}
          disabled={!train.allowed}
          aria-describedby={train.allowed ? undefined : reasonId}
          onClick={() => setOpen(true)}
        >
          Train
        </Button>
        {!train.allowed && (
          <Typography id={reasonId} variant="body2" sx={{ mt: 1 }}>
            {train.reason?.message ?? 'You may not train this model.'}
          </Typography>
        )}
      </Box>
      {open && (
        <TrainDialog
          model={model}
          onClose={close}
          onStarted={run => {
            props.onStarted(run);
            close();
          }}
        />
      )}
    </>
  );
}

function NotConfigured(props: { annotation: string; message: string }) {
  return (
    <Alert severity="warning">
      <AlertTitle>
        The annotation <code>{props.annotation}</code> leads nowhere
      </AlertTitle>
      {props.message}
    </Alert>
  );
}
