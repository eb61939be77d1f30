import { useCallback, useEffect, useRef, useState } from 'react';

export interface OnDemand<T> {
  value?: T;
  error?: Error;
  loading: boolean;
  load: () => Promise<void>;
}

/** Reads something only when asked: what is read as the person costs an entry in the ledger. */
export function useOnDemand<T>(read: () => Promise<T>): OnDemand<T> {
  const [state, setState] = useState<Omit<OnDemand<T>, 'load'>>({
    loading: false,
  });
  const mounted = useRef(true);
  const busy = useRef(false);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const load = useCallback(async () => {
    if (busy.current) return;
    busy.current = true;
    setState(before => ({ ...before, loading: true }));
    const answer = await read().then(
      value => ({ value, error: undefined }),
      error => ({ error }),
    );
    busy.current = false;
    if (mounted.current) {
      setState(before => ({ ...before, ...answer, loading: false }));
    }
  }, [read]);
  return { ...state, load };
}
