import { useCallback, useState } from 'react';
import DeployIcon from '@mui/icons-material/RocketLaunch';
import { BINDING_ANNOTATIONS } from 'backstage-plugin-modelops-common';
import { useNewestRun } from '../hooks/useNewestRun';
import { NotBound } from '../parts/NotBound';
import { SignInNotice } from '../parts/SignInNotice';
import { targetOf } from '../parts/words';
import { ActionButton } from './ActionButton';
import { ActionFacts } from './ActionFacts';
import { ActionRun } from './ActionRun';
import { DeployDialog } from './DeployDialog';
import {
  type BoundAction,
  boundActions,
  type LoadedModel,
} from './LoadedModel';
import { RunsAsNote } from './RunsAsNote';
import { TargetChoice } from './TargetChoice';

/** The loaded card: one of the endpoints that the annotation names. */
export function DeployAction(props: LoadedModel) {
  const { model } = props;
  const actions = boundActions(model, 'deploy');
  const [target, setTarget] = useState<string>();
  const deploy =
    actions.find(({ binding }) => targetOf(binding) === target) ?? actions[0];
  if (!deploy) {
    return (
      <NotBound
        problem={
          model.actions.find(({ operation }) => operation === 'deploy')
            ?.problem ?? model.problems.find(({ role }) => role === 'deploy')
        }
        annotation={BINDING_ANNOTATIONS.deploy}
        message="Nothing is bound to Deploy for this model."
      />
    );
  }
  return (
    <>
      <TargetChoice
        bindings={actions.map(({ binding }) => binding)}
        target={targetOf(deploy.binding)}
        onChange={setTarget}
      />
      <DeployTo {...props} deploy={deploy} key={targetOf(deploy.binding)} />
    </>
  );
}

function DeployTo(props: LoadedModel & { deploy: BoundAction }) {
  const { deploy, model, onStale } = props;
  const newest = useNewestRun(deploy.lastRun, onStale);
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  return (
    <>
      <ActionFacts binding={deploy.binding} />
      <RunsAsNote runsAs={deploy.runsAs} jobRunsAs={deploy.jobRunsAs} />
      <ActionRun
        newest={newest}
        emptyText="Nothing was deployed here from this portal so far."
      />
      {!model.identified && (
        <SignInNotice
          reason="The platform does not know you yet: sign in with your identity provider, and Deploy runs as you."
          onSignedIn={onStale}
        />
      )}
      <ActionButton
        variant="contained"
        startIcon={<DeployIcon />}
        aria-haspopup="dialog"
        reason={
          deploy.allowed
            ? undefined
            : deploy.reason?.message ?? 'You may not deploy this model here.'
        }
        onClick={() => setOpen(true)}
      >
        Deploy
      </ActionButton>
      {open && (
        <DeployDialog
          model={model}
          target={targetOf(deploy.binding)}
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
