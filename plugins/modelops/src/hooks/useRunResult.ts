import { useCallback, useEffect } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import { modelopsApiRef } from '../api';
import { modelopsIdTokenApiRef } from '../idTokenApi';
import { useOnDemand } from './useOnDemand';

/**
 * What a training made, read from the platform as the person. `atOnce` reads it by itself, but only if that asks nobody
 * to sign in: a dialog that opens by itself is a bad surprise.
 */
export function useRunResult(runId: string, atOnce: boolean) {
  const api = useApi(modelopsApiRef);
  const idTokenApi = useApi(modelopsIdTokenApiRef);
  const result = useOnDemand(
    useCallback(() => api.getRunResult(runId), [api, runId]),
  );
  const { load } = result;
  useEffect(() => {
    if (!atOnce) return undefined;
    let left = false;
    idTokenApi.getIdToken({ optional: true }).then(
      token => (token && !left ? load() : undefined),
      // The button is there, and says what is wrong when pressed.
      () => {},
    );
    return () => {
      left = true;
    };
  }, [atOnce, idTokenApi, load]);
  return result;
}
