import { useEffect, useRef } from 'react';
import { isTerminal, type Run } from 'backstage-plugin-modelops-common';
import { useRun } from './useRun';

/** Follows a run that came with another answer, and says once when it is over. Reads nothing if it already is. */
export function useNewestRun(row: Run | undefined, onOver: () => void) {
  const open = row !== undefined && !isTerminal(row.state);
  const live = useRun(open ? row.id : undefined, { soon: true });
  const newer =
    live.value && row && live.value.updatedAt >= row.updatedAt
      ? live.value
      : row;

  const over = newer !== undefined && isTerminal(newer.state);
  const reported = useRef(over ? newer?.id : undefined);
  useEffect(() => {
    if (!over || reported.current === newer?.id) return;
    reported.current = newer?.id;
    onOver();
  }, [over, newer?.id, onOver]);

  return {
    run: newer,
    error: live.error,
    readAt: live.readAt,
    refresh: live.refresh,
  };
}
