import { useState } from 'react';
import Button from '@mui/material/Button';
import TableCell from '@mui/material/TableCell';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { AUDIT_CODES, type AuditEntry } from 'backstage-plugin-modelops-common';
import { DataTable } from '../parts/DataTable';
import { Name } from '../parts/Name';
import { Time } from '../parts/Time';
import { entityWord, personWord } from '../parts/words';
import { AuditEntryPanel } from './AuditEntryPanel';

const COLUMNS = [
  'Entry',
  'Time',
  'What',
  'Actor',
  'Action',
  'Rule',
  'Principal',
  'Outcome',
];

export interface AuditTableProps {
  entries: AuditEntry[];
}

/** Entries of the ledger, newest first; each opens all it holds. */
export function AuditTable(props: AuditTableProps) {
  const [opened, setOpened] = useState<AuditEntry>();
  return (
    <>
      <DataTable caption="Audit entries, newest first" columns={COLUMNS}>
        {props.entries.map(entry => (
          <TableRow key={entry.sequence} hover>
            <TableCell component="th" scope="row">
              {entry.sequence}
            </TableCell>
            <TableCell>
              <Time at={entry.time} />
            </TableCell>
            <TableCell sx={{ minWidth: 180 }}>
              <code>{entry.code}</code>
              <Typography
                variant="caption"
                color="text.secondary"
                component="div"
              >
                {AUDIT_CODES[entry.code]}
              </Typography>
            </TableCell>
            <TableCell>
              <Name>{personWord(entry.actor)}</Name>
              {entry.agent && ` through ${entry.agent}`}
            </TableCell>
            <TableCell>
              <div>{entry.action}</div>
              {entry.entityRef && entityWord(entry.entityRef)}
            </TableCell>
            <TableCell>{entry.rule ?? entry.role}</TableCell>
            <TableCell>
              {entry.principal && <Name>{entry.principal}</Name>}
            </TableCell>
            <TableCell>
              <div>{entry.outcome}</div>
              {entry.refusalCode && <code>{entry.refusalCode}</code>}
            </TableCell>
            <TableCell align="right">
              <Button
                size="small"
                aria-label={`Details of entry ${entry.sequence}`}
                aria-haspopup="dialog"
                onClick={() => setOpened(entry)}
              >
                Details
              </Button>
            </TableCell>
          </TableRow>
        ))}
      </DataTable>
      {opened && (
        <AuditEntryPanel entry={opened} onClose={() => setOpened(undefined)} />
      )}
    </>
  );
}
