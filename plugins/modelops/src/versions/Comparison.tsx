import { Fragment, useState } from 'react';
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TableCell from '@mui/material/TableCell';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import type { ModelVersionDetail } from 'backstage-plugin-modelops-common';
import { DataTable } from '../parts/DataTable';
import { visuallyHidden } from '../parts/visuallyHidden';
import { type ComparedRow, compareVersions } from './comparison';
import { MetricPlot } from './MetricPlot';

export interface ComparisonProps {
  versions: readonly ModelVersionDetail[];
}

/** Versions side by side: what differs first. */
export function Comparison(props: ComparisonProps) {
  const { versions } = props;
  const [onlyDifferences, setOnlyDifferences] = useState(false);
  const { metrics, parameters } = compareVersions(versions);
  const shown = (rows: readonly ComparedRow[]) =>
    onlyDifferences ? rows.filter(({ differs }) => differs) : rows;
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <FormControlLabel
        label="Show only differences"
        control={
          <Checkbox
            checked={onlyDifferences}
            onChange={event => setOnlyDifferences(event.target.checked)}
          />
        }
      />
      <DataTable
        caption="Parameters and metrics of the versions"
        columns={[
          'Name',
          ...versions.map(({ aliases, version }) =>
            [`Version ${version}`, ...aliases].join(', '),
          ),
        ]}
        withoutButtons
      >
        <Rows title="Parameters" rows={shown(parameters)} of={versions} />
        <Rows title="Metrics" rows={shown(metrics)} of={versions} />
      </DataTable>
      <MetricPlot versions={versions} />
    </Box>
  );
}

function Rows(props: {
  title: string;
  rows: readonly ComparedRow[];
  of: readonly ModelVersionDetail[];
}) {
  const { of, rows, title } = props;
  return (
    <Fragment>
      <TableRow>
        <TableCell
          component="th"
          scope="colgroup"
          colSpan={of.length + 1}
          sx={{ fontWeight: 'bold' }}
        >
          {title}
        </TableCell>
      </TableRow>
      {rows.length === 0 && (
        <TableRow>
          <TableCell colSpan={of.length + 1}>
            <Typography variant="body2">None to show.</Typography>
          </TableCell>
        </TableRow>
      )}
      {rows.map(({ differs, name, values }) => (
        <TableRow key={name} hover>
          <TableCell component="th" scope="row">
            {name}
            {differs && (
              <Box component="span" sx={visuallyHidden}>
                {' '}
                (differs)
              </Box>
            )}
          </TableCell>
          {values.map((value, place) => (
            <TableCell
              key={of[place].version}
              sx={differs ? { fontWeight: 'bold' } : undefined}
            >
              {value ?? 'not given'}
            </TableCell>
          ))}
        </TableRow>
      ))}
    </Fragment>
  );
}
