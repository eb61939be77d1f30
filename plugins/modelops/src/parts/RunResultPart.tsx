import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { Link } from '@backstage/core-components';
import type { RunResult } from 'backstage-plugin-modelops-common';
import { useRunResult } from '../hooks/useRunResult';
import { ErrorNotice } from './ErrorNotice';
import { Facts } from './Facts';
import { Part } from './Part';
import { Waiting } from './Waiting';
import { metricWord } from './words';

export interface RunResultPartProps {
  runId: string;
  atOnce: boolean;
}

/** The version and metrics that a training made. */
export function RunResultPart(props: RunResultPartProps) {
  const { value, error, loading, load } = useRunResult(
    props.runId,
    props.atOnce,
  );
  return (
    <Part title="Result">
      {value && <Result result={value} />}
      {!value && loading && <Waiting label="Loading the result" lines={2} />}
      {!value && !loading && !error && (
        <Button size="small" variant="outlined" onClick={load}>
          Show result
        </Button>
      )}
      {error && !loading && (
        <ErrorNotice
          title="The result could not be read"
          error={error}
          onRetry={load}
        />
      )}
    </Part>
  );
}

function Result(props: { result: RunResult }) {
  const { modelVersion, metrics } = props.result;
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 1 }}>
      {modelVersion ? (
        <Typography variant="body2">
          <VersionName version={modelVersion} /> ({modelVersion.status})
        </Typography>
      ) : (
        <Typography variant="body2">This run made no model version.</Typography>
      )}
      {metrics.length > 0 && (
        <Facts
          facts={metrics.map(metric => [metric.name, metricWord(metric.value)])}
        />
      )}
    </Box>
  );
}

function VersionName(props: {
  version: NonNullable<RunResult['modelVersion']>;
}) {
  const { model, version, url } = props.version;
  const name = `${model} version ${version}`;
  return url && /^https?:\/\//i.test(url) ? (
    <Link to={url}>{name}</Link>
  ) : (
    <strong>{name}</strong>
  );
}
