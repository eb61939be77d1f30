import { useState } from 'react';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { unstable_useId as useId } from '@mui/material/utils';
import {
  type ModelDetail,
  type Operation,
  planPromote,
  type Run,
  type Serving,
} from 'backstage-plugin-modelops-common';
import { Age } from '../parts/Age';
import { isPromoted, shareChanges, sharesSentence } from '../parts/servedWords';
import { SharesPreview } from '../parts/SharesPreview';
import { visuallyHidden } from '../parts/visuallyHidden';
import { personWord } from '../parts/words';
import { ConfirmInPlace } from './ConfirmInPlace';
import { ControlButton } from './ControlButton';
import type { BoundAction } from './LoadedModel';
import { RunsAsNote } from './RunsAsNote';
import { StopDialog } from './StopDialog';
import { TrafficDialog } from './TrafficDialog';

export interface ServeControlsProps {
  model: ModelDetail;
  target: string;
  action: BoundAction;
  serving: Serving;
  /** Whether a run of this portal is changing it. */
  underWay: boolean;
  /** What is served is another than what is shown. */
  onServingChanged: () => void;
  onStarted: (run: Run) => void;
}

/** What can be changed of what is served: only what the resource offers, and with the reason where it may not be. */
export function ServeControls(props: ServeControlsProps) {
  const { action, model, serving, target } = props;
  const [open, setOpen] = useState<'traffic' | 'stop'>();
  const close = () => setOpen(undefined);
  const reasonId = useId();
  const noneId = useId();
  const allId = useId();
  const ours = serving.served.filter(one => one.ours);
  const reason = reasonAgainst(action, serving, props.underWay);
  const blockedBy = reason === undefined ? undefined : reasonId;
  const offers = (operation: Operation) =>
    action.operations.includes(operation);
  const started = (run: Run) => {
    props.onStarted(run);
    close();
  };
  const request = {
    entityRef: model.entityRef,
    action: 'serve',
    target,
    ...(serving.revision ? { revision: serving.revision } : {}),
    parameters: {},
  } as const;
  const confirm = {
    blockedBy,
    onChanged: props.onServingChanged,
    onStarted: props.onStarted,
  };

  return (
    <Box
      role="group"
      aria-label="Change what is served"
      sx={{ display: 'flex', flexDirection: 'column', gap: 1 }}
    >
      <RunsAsNote runsAs={action.runsAs} jobRunsAs={action.jobRunsAs} />
      {reason && (
        <Typography id={reasonId} variant="body2">
          {reason}
        </Typography>
      )}
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'flex-start',
          gap: 1,
        }}
      >
        {offers('promote') &&
          ours.length > 1 &&
          ours.map(
            ({ id, state, version }) =>
              version !== undefined &&
              state === 'ready' && (
                <ConfirmInPlace
                  key={id}
                  {...confirm}
                  // Blocked rather than gone, so that the focus stays where it is when a promotion is done.
                  blockedBy={
                    isPromoted(serving.served, version) ? allId : blockedBy
                  }
                  label={`Promote version ${version}`}
                  submit="Confirm promotion"
                  refused="The version was not promoted"
                  request={{ ...request, operation: 'promote', version }}
                >
                  <PromotePreview serving={serving} version={version} />
                </ConfirmInPlace>
              ),
          )}
        {offers('rollback') && (
          <ConfirmInPlace
            {...confirm}
            blockedBy={serving.rollback ? blockedBy : noneId}
            label="Roll back"
            submit="Confirm roll back"
            refused="The change was not taken back"
            request={{
              ...request,
              operation: 'rollback',
              parameters: serving.rollback?.shares ?? {},
            }}
          >
            <RollBackPreview serving={serving} />
          </ConfirmInPlace>
        )}
        {offers('traffic') && ours.length > 1 && (
          <ControlButton
            aria-haspopup="dialog"
            blockedBy={blockedBy}
            onClick={() => setOpen('traffic')}
          >
            Change traffic…
          </ControlButton>
        )}
        {offers('stop') && ours.length > 0 && (
          <ControlButton
            aria-haspopup="dialog"
            blockedBy={blockedBy}
            onClick={() => setOpen('stop')}
          >
            Stop serving…
          </ControlButton>
        )}
      </Box>
      {offers('rollback') && !serving.rollback && (
        <Typography id={noneId} variant="body2" color="text.secondary">
          No change made here is left to take back.
        </Typography>
      )}
      <Box id={allId} sx={visuallyHidden}>
        It has all of the traffic already.
      </Box>
      {open === 'traffic' && (
        <TrafficDialog
          model={model}
          target={target}
          onClose={close}
          onStarted={started}
        />
      )}
      {open === 'stop' && (
        <StopDialog
          title={model.title}
          serving={serving}
          request={{ ...request, operation: 'stop' }}
          onChanged={props.onServingChanged}
          onClose={close}
          onStarted={started}
        />
      )}
    </Box>
  );
}

function reasonAgainst(
  action: BoundAction,
  serving: Serving,
  underWay: boolean,
): string | undefined {
  if (!action.allowed) {
    return action.reason?.message ?? 'You may not change what is served here.';
  }
  if (underWay || serving.state === 'updating') {
    return 'A change is under way. The next one can be made at its end.';
  }
  return undefined;
}

function PromotePreview(props: { serving: Serving; version: string }) {
  const { served } = props.serving;
  const plan = planPromote(served, props.version);
  return plan.ok ? (
    <SharesPreview changes={shareChanges(served, plan.shares)} />
  ) : (
    <>{plan.problem}</>
  );
}

/** `Restores Version 2: 100 %, Version 4: 0 %, as before ada's change 3 minutes ago.` */
function RollBackPreview(props: { serving: Serving }) {
  const { rollback, served } = props.serving;
  if (!rollback) return null;
  return (
    <Typography variant="body2">
      Restores {sharesSentence(served, rollback.shares) || 'what was there'}, as
      before {personWord(rollback.changedBy)}'s change{' '}
      <Age at={rollback.changedAt} />.
    </Typography>
  );
}
