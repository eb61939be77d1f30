import { useCallback, useState } from 'react';
import Typography from '@mui/material/Typography';
import {
  BINDING_ANNOTATIONS,
  isTerminal,
} from 'backstage-plugin-modelops-common';
import { useNewestRun } from '../hooks/useNewestRun';
import { useServing } from '../hooks/useServing';
import { ErrorNotice } from '../parts/ErrorNotice';
import { NotBound } from '../parts/NotBound';
import { SignInNotice } from '../parts/SignInNotice';
import { Waiting } from '../parts/Waiting';
import { targetOf } from '../parts/words';
import { ActionFacts } from './ActionFacts';
import { ActionRun } from './ActionRun';
import {
  findAction,
  type LoadedModel,
  type ServedBinding,
} from './LoadedModel';
import { ServeControls } from './ServeControls';
import { ServingView } from './ServingView';
import { TargetChoice } from './TargetChoice';
import { TryIt } from './TryIt';

/** The loaded card: one of the endpoints that serve the model. */
export function ServeAction(props: LoadedModel) {
  const { model } = props;
  const [target, setTarget] = useState<string>();
  const endpoint =
    model.serving.find(({ binding }) => targetOf(binding) === target) ??
    model.serving[0];
  if (!endpoint) {
    return (
      <NotBound
        problem={
          model.problems.find(({ role }) => role === 'serve') ??
          model.problems.find(({ role }) => role === 'deploy')
        }
        annotation={BINDING_ANNOTATIONS.serve}
        message="Nothing that serves this model is bound to it."
      />
    );
  }
  const bound = targetOf(endpoint.binding);
  return (
    <>
      <TargetChoice
        bindings={model.serving.map(({ binding }) => binding)}
        target={bound}
        onChange={setTarget}
      />
      <Endpoint {...props} endpoint={endpoint} target={bound} key={bound} />
    </>
  );
}

function Endpoint(
  props: LoadedModel & { endpoint: ServedBinding; target: string },
) {
  const { endpoint, model, onStale, target } = props;
  const readable = model.identified && endpoint.read.allowed;
  const serving = useServing(model.entityRef, readable ? target : undefined);
  const { refresh } = serving;
  const onOver = useCallback(() => {
    onStale();
    refresh();
  }, [onStale, refresh]);
  const action = findAction(model, 'traffic', target);
  const newest = useNewestRun(action?.lastRun, onOver);
  // Its card may be on another page; what it changes is shown here.
  const deployed = useNewestRun(
    findAction(model, 'deploy', target)?.lastRun,
    onOver,
  );

  return (
    <>
      <ActionFacts binding={endpoint.binding} />
      {!model.identified && (
        <SignInNotice
          reason="The platform does not know you yet: sign in with your identity provider, and what is served is read as you."
          onSignedIn={onStale}
        />
      )}
      {model.identified && !endpoint.read.allowed && (
        <Typography variant="body2">
          {endpoint.read.reason?.message ??
            'You may not look at what serves this model.'}
        </Typography>
      )}
      {readable && !serving.value && !serving.error && (
        <Waiting label="Loading what is served" lines={5} />
      )}
      {readable && !serving.value && serving.error && (
        <ErrorNotice
          title="What is served could not be read"
          error={serving.error}
          onRetry={refresh}
        />
      )}
      {serving.value && (
        <ServingView
          binding={endpoint.binding}
          serving={serving.value}
          error={serving.error}
          reading={serving.reading}
          onRefresh={refresh}
        />
      )}
      {action && (
        <ActionRun
          newest={newest}
          emptyText="The traffic was not changed from this portal so far."
        />
      )}
      {serving.value && serving.value.state !== 'absent' && action && (
        <ServeControls
          model={model}
          target={target}
          action={action}
          serving={serving.value}
          underWay={[newest.run, deployed.run].some(
            run => run && !isTerminal(run.state),
          )}
          onServingChanged={refresh}
          onStarted={props.onStarted}
        />
      )}
      {serving.value && serving.value.state !== 'absent' && (
        <TryIt
          model={model}
          target={target}
          served={serving.value.served}
          predict={endpoint.predict}
        />
      )}
    </>
  );
}
