import { useState } from 'react';
import type {
  ModelDetail,
  Permission,
  ServedVersion,
} from 'backstage-plugin-modelops-common';
import { SidePanel } from '../parts/SidePanel';
import { ActionButton } from './ActionButton';
import { PredictionPanel } from './PredictionPanel';

export interface TryItProps {
  model: ModelDetail;
  target: string;
  served: readonly ServedVersion[];
  predict: Permission;
}

/** Lets a person ask the served model, where the role allows it. */
export function TryIt(props: TryItProps) {
  const { model, predict, served, target } = props;
  const [open, setOpen] = useState(false);
  return (
    <>
      <ActionButton
        variant="outlined"
        size="small"
        aria-haspopup="dialog"
        reason={
          predict.allowed
            ? undefined
            : predict.reason?.message ?? 'You may not ask this model.'
        }
        onClick={() => setOpen(true)}
      >
        Try it…
      </ActionButton>
      {open && (
        <SidePanel title={`Try ${model.title}`} onClose={() => setOpen(false)}>
          <PredictionPanel
            entityRef={model.entityRef}
            target={target}
            served={served}
          />
        </SidePanel>
      )}
    </>
  );
}
