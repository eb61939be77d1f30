import { useCallback, useEffect, useState } from 'react';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useApi } from '@backstage/frontend-plugin-api';
import type { ServedVersion } from 'backstage-plugin-modelops-common';
import { modelopsApiRef } from '../api';
import { useOnDemand } from '../hooks/useOnDemand';
import { usePrediction } from '../hooks/usePrediction';
import { ErrorNotice } from '../parts/ErrorNotice';
import { SelectField } from '../parts/SelectField';
import { versionOptions } from '../parts/servedWords';
import { Waiting } from '../parts/Waiting';
import { PredictionAnswer } from './PredictionAnswer';
import { PredictionInput } from './PredictionInput';

export interface PredictionPanelProps {
  entityRef: string;
  target: string;
  served: readonly ServedVersion[];
}

/** One governed question to a served model, and its answer. */
export function PredictionPanel(props: PredictionPanelProps) {
  const { entityRef, served, target } = props;
  // Empty: whichever version the traffic shares choose.
  const [version, setVersion] = useState('');
  const form = usePredictionForm(entityRef, target, version);
  const prediction = usePrediction(entityRef, target, version);
  const versions = served.filter(one => one.ours).map(one => one.version);
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <Typography variant="body2">
        The model is asked as you. That you asked is recorded; what you asked
        and what it answered are not.
      </Typography>
      {form.value?.byTrafficOnly ? (
        <Typography variant="body2">
          This platform cannot ask one version of several: the traffic decides
          which one answers.
        </Typography>
      ) : (
        <SelectField
          label="Version"
          value={version}
          options={[['', 'By traffic'], ...versionOptions(versions, version)]}
          onChange={setVersion}
          fullWidth
        />
      )}
      {form.loading && <Waiting label="Loading what it can be asked" />}
      {form.error && !form.loading && (
        <ErrorNotice
          title="What it can be asked could not be read"
          error={form.error}
          onRetry={form.load}
        />
      )}
      {form.value && !form.loading && !form.error && (
        <PredictionInput
          key={JSON.stringify(form.value)}
          form={form.value}
          busy={prediction.asking}
          onAsk={prediction.ask}
        />
      )}
      <PredictionAnswer {...prediction} />
    </Box>
  );
}

function usePredictionForm(entityRef: string, target: string, version: string) {
  const api = useApi(modelopsApiRef);
  const form = useOnDemand(
    useCallback(
      () =>
        api.getPredictionForm(entityRef, {
          target,
          ...(version ? { version } : {}),
        }),
      [api, entityRef, target, version],
    ),
  );
  const { load } = form;
  useEffect(() => {
    load();
  }, [load]);
  return form;
}
