import { useCallback, useState } from 'react';
import TrainIcon from '@mui/icons-material/PlayArrow';
import { BINDING_ANNOTATIONS } from 'backstage-plugin-modelops-common';
import { useNewestRun } from '../hooks/useNewestRun';
import { NotBound } from '../parts/NotBound';
import { SignInNotice } from '../parts/SignInNotice';
import { ActionButton } from './ActionButton';
import { ActionFacts } from './ActionFacts';
import { ActionRun } from './ActionRun';
import type { LoadedModel } from './LoadedModel';
import { RunsAsNote } from './RunsAsNote';
import { TrainDialog } from './TrainDialog';

/** The loaded card. */
export function TrainAction(props: LoadedModel) {
  const { model, onStale } = props;
  const train = model.actions.find(({ operation }) => operation === 'start');
  const newest = useNewestRun(train?.lastRun, onStale);
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);

  if (!train?.binding) {
    return (
      <NotBound
        problem={train?.problem}
        annotation={BINDING_ANNOTATIONS.train}
        message="Nothing is bound to Train for this model."
      />
    );
  }
  return (
    <>
      <ActionFacts binding={train.binding} />
      <RunsAsNote runsAs={train.runsAs} jobRunsAs={train.jobRunsAs} />
      <ActionRun
        newest={newest}
        emptyText="Never trained from this portal so far."
      />
      {!model.identified && (
        <SignInNotice
          reason="The platform does not know you yet: sign in with your identity provider, and Train runs as you."
          onSignedIn={onStale}
        />
      )}
      <ActionButton
        variant="contained"
        startIcon={<TrainIcon />}
        reason={
          train.allowed
            ? undefined
            : train.reason?.message ?? 'You may not train this model.'
        }
        onClick={() => setOpen(true)}
      >
        Train
      </ActionButton>
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
