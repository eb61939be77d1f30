import type { Serving } from 'backstage-plugin-modelops-common';
import { LONGEST_PAUSE_MS } from './LiveRead';
import { usePersonRead } from './usePersonRead';

/**
 * What an endpoint serves. Read when somebody looks, comes back to the tab, or asks; otherwise once a minute, because
 * each read is an entry in the ledger. Without a target nothing is read.
 */
export function useServing(entityRef: string, target: string | undefined) {
  return usePersonRead<Serving>(
    target === undefined
      ? undefined
      : {
          key: `serving ${entityRef} ${target}`,
          read: api => api.getServing(entityRef, { target }),
          isOpen: () => true,
          pauseMs: LONGEST_PAUSE_MS,
        },
  );
}
