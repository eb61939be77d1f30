import { useCallback, useRef, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  Prediction,
  PredictRequest,
} from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from '../api';

/** Asks a served model, one question at a time. */
export function usePrediction() {
  const api = useApi(modelopsApiRef);
  const [asking, setAsking] = useState(false);
  const [answer, setAnswer] = useState<Prediction>();
  const [error, setError] = useState<Error>();
  const busy = useRef(false);
  const ask = useCallback(
    async (request: PredictRequest) => {
      if (busy.current) return;
      busy.current = true;
      setAsking(true);
      setError(undefined);
      setAnswer(undefined);
      try {
        setAnswer(await api.predict(request));
      } catch (caught) {
        setError(caught as Error);
      } finally {
        busy.current = false;
        setAsking(false);
      }
    },
    [api],
  );
  return { ask, asking, answer, error };
}
