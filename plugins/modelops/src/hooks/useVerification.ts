import { useCallback } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import { modelopsApiRef } from '../api';
import { useOnDemand } from './useOnDemand';

/** Verifies the ledger when asked: it reads every entry, and leaves one. */
export function useVerification() {
  const api = useApi(modelopsApiRef);
  return useOnDemand(
    useCallback(
      async () => ({ ...(await api.verifyAudit()), at: new Date() }),
      [api],
    ),
  );
}
