import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import TableCell from '@mui/material/TableCell';
import TableRow from '@mui/material/TableRow';
import type { ModelVersion } from 'backstage-plugin-modelops-common';
import { Aliases } from '../parts/Aliases';
import { DataTable } from '../parts/DataTable';
import { Name } from '../parts/Name';
import { Time } from '../parts/Time';
import { VersionStateChip } from '../parts/VersionStateChip';
import { metricWord } from '../parts/words';
import { MOST_COMPARED } from './comparison';
import { ServedBy } from './ServedBy';
import { VersionSource } from './VersionSource';

const COLUMNS = [
  'Version',
  'Aliases',
  'State',
  'Metrics',
  'Made from',
  'Made',
  'Served',
];
/** Metrics in a row; its details show them all. */
const KEY_METRICS = 3;

export interface VersionsTableProps {
  versions: readonly ModelVersion[];
  selected: readonly string[];
  onSelect: (selected: readonly string[]) => void;
  onOpen: (version: ModelVersion) => void;
}

/** Versions, newest first; each can be chosen for a comparison and opens its details. */
export function VersionsTable(props: VersionsTableProps) {
  const { onOpen, onSelect, selected, versions } = props;
  const full = selected.length >= MOST_COMPARED;
  const toggle = (version: string) =>
    onSelect(
      selected.includes(version)
        ? selected.filter(one => one !== version)
        : [...selected, version],
    );
  return (
    <DataTable caption="Versions of this model, newest first" columns={COLUMNS}>
      {versions.map(one => {
        const { version } = one;
        const chosen = selected.includes(version);
        return (
          <TableRow key={version} hover selected={chosen}>
            <TableCell component="th" scope="row">
              <Checkbox
                size="small"
                checked={chosen}
                disabled={full && !chosen}
                onChange={() => toggle(version)}
                inputProps={{ 'aria-label': `Compare version ${version}` }}
                sx={{ p: 0.5, mr: 0.5 }}
              />
              {version}
            </TableCell>
            <TableCell>
              <Aliases aliases={one.aliases} />
            </TableCell>
            <TableCell>
              <VersionStateChip state={one.state} />
            </TableCell>
            <TableCell>
              {one.metrics.length === 0 && '–'}
              {one.metrics.slice(0, KEY_METRICS).map(({ name, value }) => (
                <Box key={name} sx={{ whiteSpace: 'nowrap' }}>
                  {name}: {metricWord(value)}
                </Box>
              ))}
            </TableCell>
            <TableCell>
              <VersionSource version={one} />
            </TableCell>
            <TableCell>
              {one.createdAt && <Time at={one.createdAt} />}
              {one.createdBy && (
                <div>
                  by <Name>{one.createdBy}</Name>
                </div>
              )}
            </TableCell>
            <TableCell>
              <ServedBy servedBy={one.servedBy} />
            </TableCell>
            <TableCell align="right">
              <Button
                size="small"
                aria-label={`Details of version ${version}`}
                aria-haspopup="dialog"
                onClick={() => onOpen(one)}
              >
                Details
              </Button>
            </TableCell>
          </TableRow>
        );
      })}
    </DataTable>
  );
}
