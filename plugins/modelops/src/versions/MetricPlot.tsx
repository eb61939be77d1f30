import { lazy, Suspense, useState } from 'react';
import Box from '@mui/material/Box';
import type { ModelVersion } from 'backstage-plugin-modelops-common';
import { Part } from '../parts/Part';
import { SelectField } from '../parts/SelectField';
import { Waiting } from '../parts/Waiting';
import { metricWord } from '../parts/words';
import { type MetricSeries, metricSeries } from './metricSeries';

// The library of the chart weighs more than all else of this tab.
const MetricChart = lazy(() =>
  import('./MetricChart').then(m => ({ default: m.MetricChart })),
);

export interface MetricPlotProps {
  versions: ReadonlyArray<
    Pick<ModelVersion, 'version' | 'metrics' | 'createdAt'>
  >;
}

/** A metric over the versions as a line, and the same as a table. Nothing where fewer than two have one. */
export function MetricPlot(props: MetricPlotProps) {
  const [chosen, setChosen] = useState<string>();
  const all = metricSeries(props.versions);
  const series = all.find(({ name }) => name === chosen) ?? all[0];
  if (!series) return null;
  return (
    <Part title="Metric over versions">
      <SelectField
        label="Metric"
        value={series.name}
        options={all.map(({ name }) => [name, name])}
        onChange={setChosen}
      />
      <Box role="img" aria-label={sentenceOf(series)} sx={{ height: 260 }}>
        <Suspense fallback={<Waiting label="Loading the chart" lines={6} />}>
          <MetricChart series={series} />
        </Suspense>
      </Box>
      <ValuesTable series={series} />
    </Part>
  );
}

function ValuesTable(props: { series: MetricSeries }) {
  const { name, points } = props.series;
  return (
    <Box component="details" sx={{ typography: 'body2' }}>
      <summary>Values as a table</summary>
      <Box
        component="table"
        sx={{ '& th, & td': { textAlign: 'left', pr: 3, py: 0.25 } }}
      >
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">{name}</th>
          </tr>
        </thead>
        <tbody>
          {points.map(({ value, version }) => (
            <tr key={version}>
              <th scope="row">{version}</th>
              <td>{value === null ? 'no number' : metricWord(value)}</td>
            </tr>
          ))}
        </tbody>
      </Box>
    </Box>
  );
}

/** The line in words. */
function sentenceOf({ name, points }: MetricSeries): string {
  const values = points.map(({ value, version }) =>
    value === null
      ? `version ${version}: no number`
      : `version ${version}: ${metricWord(value)}`,
  );
  return `${name} over versions. ${values.join(', ')}`;
}
