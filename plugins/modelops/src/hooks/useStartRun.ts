import { useRef, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  ModelopsApi,
  Run,
  StartRunRequest,
} from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from '../api';

type StartFailure = Error & { code?: string; statusCode?: number };

/** 32 random hex digits. Not `randomUUID`, which a portal on plain http does not have. */
function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Per API, the key of each request that has not started a run so far. It outlives the dialog that sent it, and a refusal too: that
 * says nothing of an earlier attempt, whose answer may have been lost.
 */
const openKeys = new WeakMap<ModelopsApi, Map<string, string>>();

function keysOf(api: ModelopsApi): Map<string, string> {
  const keys = openKeys.get(api) ?? new Map<string, string>();
  openKeys.set(api, keys);
  return keys;
}

/**
 * Starts a run. A request keeps its key until its run is known, so that repeating it after a lost answer finds the run it
 * may have started; another request has its own key.
 */
export function useStartRun(onStarted: (run: Run) => void) {
  const api = useApi(modelopsApiRef);
  const [starting, setStarting] = useState(false);
  const [error, setError] = useState<StartFailure>();
  const busy = useRef(false);

  const start = async (request: StartRunRequest) => {
    // A double click comes before the button is drawn disabled.
    if (busy.current) return;
    busy.current = true;
    const keys = keysOf(api);
    const asked = JSON.stringify(request);
    const key = keys.get(asked) ?? newIdempotencyKey();
    keys.set(asked, key);
    setStarting(true);
    setError(undefined);
    try {
      const run = await api.startRun(request, key);
      keys.delete(asked);
      onStarted(run);
    } catch (caught) {
      setError(caught as StartFailure);
    } finally {
      busy.current = false;
      setStarting(false);
    }
  };
  return { start, starting, error };
}
