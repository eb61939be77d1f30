import { useRef, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type { Run, StartRunRequest } from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from '../api';

/** 32 random hex digits. Not `randomUUID`, which a portal on plain http does not have. */
function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Starts one run for each mount. The key stays as long as the request does, so that repeating it after a lost answer
 * finds the run it may have started; another request gets another key.
 */
export function useStartRun(onStarted: (run: Run) => void) {
  const api = useApi(modelopsApiRef);
  const [starting, setStarting] = useState(false);
  const [error, setError] = useState<Error & { code?: string }>();
  const busy = useRef(false);
  const attempt = useRef({ key: newIdempotencyKey(), request: '' });

  const start = async (request: StartRunRequest) => {
    // A double click comes before the button is drawn disabled.
    if (busy.current) return;
    busy.current = true;
    const canonical = JSON.stringify(request);
    if (attempt.current.request && attempt.current.request !== canonical) {
      attempt.current.key = newIdempotencyKey();
    }
    attempt.current.request = canonical;
    setStarting(true);
    setError(undefined);
    try {
      onStarted(await api.startRun(request, attempt.current.key));
    } catch (caught) {
      setError(caught as Error);
    } finally {
      busy.current = false;
      setStarting(false);
    }
  };
  return { start, starting, error };
}
