import { useCallback, useEffect, useRef, useState } from 'react';

export interface OnDemand<T> {
  value?: T;
  error?: Error;
  loading: boolean;
  load: () => Promise<void>;
}

interface Answer<T> extends Omit<OnDemand<T>, 'load'> {
  /** The read that it is of: an answer is never shown for another question. */
  of: () => Promise<T>;
}

/** Reads something only when asked: what is read as the person costs an entry in the ledger. */
export function useOnDemand<T>(read: () => Promise<T>): OnDemand<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ of: read, loading: false });
  const mounted = useRef(true);
  const underWay = useRef<() => Promise<T>>();
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const load = useCallback(async () => {
    if (underWay.current === read) return;
    underWay.current = read;
    setAnswer(before => ({
      ...(before.of === read ? before : { of: read }),
      loading: true,
    }));
    const came = await read().then(
      value => ({ value, error: undefined }),
      error => ({ error }),
    );
    // Something else was asked meanwhile.
    if (underWay.current !== read) return;
    underWay.current = undefined;
    if (mounted.current) {
      setAnswer(before => ({ ...before, ...came, loading: false }));
    }
  }, [read]);
  const { of, ...shown } = answer;
  return of === read ? { ...shown, load } : { loading: false, load };
}
