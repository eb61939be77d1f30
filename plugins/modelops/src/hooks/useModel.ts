import { useCallback } from 'react';
import type { ModelDetail, Run } from 'backstage-plugin-modelops-common';
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
        action.action === run.action ? { ...action, lastRun: run } : action,
      );
      set({ ...model, actions });
    },
    [model, set],
  );
  return { ...read, model, showStarted };
}
