import { useState } from 'react';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { AUDIT_CODES, type AuditEntry } from 'backstage-plugin-modelops-common';
import { Time } from '../parts/Time';
import { visuallyHidden } from '../parts/visuallyHidden';
import { personWord } from '../parts/words';
import { AuditEntryPanel } from './AuditEntryPanel';

export interface AuditTableProps {
  entries: AuditEntry[];
}

/** Entries of the ledger, newest first; each opens all it holds. */
export function AuditTable(props: AuditTableProps) {
  const [opened, setOpened] = useState<AuditEntry>();
  return (
    <TableContainer>
      <Table size="small">
        <Box component="caption" sx={visuallyHidden}>
          Audit entries, newest first
        </Box>
        <TableHead>
          <TableRow>
            <TableCell align="right">Entry</TableCell>
            <TableCell>Time</TableCell>
            <TableCell>What</TableCell>
            <TableCell>Actor</TableCell>
            <TableCell>Action</TableCell>
            <TableCell>Entity</TableCell>
            <TableCell>Role and rule</TableCell>
            <TableCell>Principal</TableCell>
            <TableCell>Outcome</TableCell>
            <TableCell>Refusal</TableCell>
            <TableCell>
              <Box component="span" sx={visuallyHidden}>
                Details
              </Box>
            </TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {props.entries.map(entry => (
            <TableRow key={entry.sequence} hover>
              <TableCell component="th" scope="row" align="right">
                {entry.sequence}
              </TableCell>
              <TableCell>
                <Time at={entry.time} />
              </TableCell>
              <TableCell sx={{ minWidth: 200 }}>
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
                {personWord(entry.actor)}
                {entry.agent && ` through ${entry.agent}`}
              </TableCell>
              <TableCell>{entry.action}</TableCell>
              <TableCell>{entry.entityRef}</TableCell>
              <TableCell>
                {[entry.role, entry.rule].filter(Boolean).join(', ')}
              </TableCell>
              <TableCell>{entry.principal}</TableCell>
              <TableCell>{entry.outcome}</TableCell>
              <TableCell>
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
        </TableBody>
      </Table>
      {opened && (
        <AuditEntryPanel entry={opened} onClose={() => setOpened(undefined)} />
      )}
    </TableContainer>
  );
}
