import { LineChart } from '@mui/x-charts/LineChart';
import { metricWord } from '../parts/words';
import type { MetricSeries } from './metricSeries';

export interface MetricChartProps {
  series: MetricSeries;
}

/** The line itself; who cannot see it gets the same in words from `MetricPlot`. */
export function MetricChart(props: MetricChartProps) {
  const { name, points } = props.series;
  return (
    <LineChart
      height={260}
      // Versions are names, and not at distances.
      xAxis={[
        {
          scaleType: 'point',
          data: points.map(({ version }) => version),
          label: 'Version',
        },
      ]}
      series={[
        {
          data: points.map(({ value }) => value),
          label: name,
          curve: 'linear',
          showMark: true,
          valueFormatter: value => (value === null ? '–' : metricWord(value)),
        },
      ]}
      slotProps={{ legend: { hidden: true } }}
      skipAnimation
    />
  );
}
