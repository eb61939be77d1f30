import { useCallback, useEffect } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type { Operation, RunAction } from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from '../api';
import { useOnDemand } from './useOnDemand';

export interface FormOf {
  action: RunAction;
  operation: Operation;
  /** `<connection>:<resource>`; left out: the first that the annotation names. */
  target?: string;
}

/** The form of an operation, read from the platform as the person. `load` reads it again. */
export function useForm(entityRef: string, of: FormOf) {
  const { action, operation, target } = of;
  const api = useApi(modelopsApiRef);
  const form = useOnDemand(
    useCallback(
      () => api.getForm(entityRef, action, { operation, target }),
      [api, entityRef, action, operation, target],
    ),
  );
  const { load } = form;
  useEffect(() => {
    load();
  }, [load]);
  return form;
}
