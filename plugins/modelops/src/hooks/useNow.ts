import { useEffect, useState } from 'react';

/** Milliseconds of now, drawn anew every `everyMs` while it ticks. */
export function useNow(ticking: boolean, everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!ticking) return undefined;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [ticking, everyMs]);
  return now;
}
