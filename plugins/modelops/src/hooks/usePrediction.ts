import { useCallback, useMemo, useRef, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  Prediction,
  PredictRequest,
} from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from '../api';

type Subject = Omit<PredictRequest, 'instances'>;

interface State {
  /** Whom it is of: the answer of one version is never shown for another. */
  of?: Subject;
  asking: boolean;
  answer?: Prediction;
  error?: Error;
}

/** Asks a served model, one question at a time. An empty version: the traffic decides which one answers. */
export function usePrediction(
  entityRef: string,
  target: string,
  version: string,
) {
  const api = useApi(modelopsApiRef);
  const subject = useMemo<Subject>(
    () => ({ entityRef, target, ...(version ? { version } : {}) }),
    [entityRef, target, version],
  );
  const [state, setState] = useState<State>({ asking: false });
  const underWay = useRef<Subject>();
  const ask = useCallback(
    async (instances: PredictRequest['instances']) => {
      if (underWay.current === subject) return;
      underWay.current = subject;
      setState({ of: subject, asking: true });
      const came = await api.predict({ ...subject, instances }).then(
        answer => ({ answer }),
        error => ({ error }),
      );
      // Another one was asked meanwhile.
      if (underWay.current !== subject) return;
      underWay.current = undefined;
      setState({ of: subject, asking: false, ...came });
    },
    [api, subject],
  );
  const { asking, answer, error }: State =
    state.of === subject ? state : { asking: false };
  return { ask, asking, answer, error };
}
