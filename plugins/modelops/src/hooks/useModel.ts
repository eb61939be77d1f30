import { useCallback } from 'react';
import type {
  ModelAction,
  ModelDetail,
  Run,
} from 'backstage-plugin-modelops-common';
import { useLiveRead } from './useLiveRead';

/** All that the cards of an entity need. Every card on the page shares the one request. */
export function useModel(entityRef: string) {
  const read = useLiveRead<ModelDetail>({
    key: `model ${entityRef}`,
    read: api => api.getModel(entityRef),
  });
  const { value: model, set } = read;
  /** Shows a run that was just started, without asking for the model again. */
  const showStarted = useCallback(
    (run: Run) => {
      if (!model) return;
      const actions = model.actions.map(action =>
        isRunOf(action, run) ? { ...action, lastRun: run } : action,
      );
      set({ ...model, actions });
    },
    [model, set],
  );
  return { ...read, model, showStarted };
}

function isRunOf(action: ModelAction, run: Run): boolean {
  return (
    action.operations.includes(run.operation) &&
    action.binding?.connection === run.connection &&
    action.binding.resource === run.resource
  );
}
