import { useCallback, useEffect } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type { RunAction } from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from '../api';
import { useOnDemand } from './useOnDemand';

/** The form of an action, read from the platform as the person. */
export function useForm(entityRef: string, action: RunAction) {
  const api = useApi(modelopsApiRef);
  const form = useOnDemand(
    useCallback(() => api.getForm(entityRef, action), [api, entityRef, action]),
  );
  const { load } = form;
  useEffect(() => {
    load();
  }, [load]);
  return form;
}
