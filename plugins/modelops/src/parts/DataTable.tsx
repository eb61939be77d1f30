import type { ReactNode } from 'react';
import type { Theme } from '@mui/material/styles';
import Box from '@mui/material/Box';
import Paper from '@mui/material/Paper';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { visuallyHidden } from './visuallyHidden';

export interface DataTableProps {
  caption: string;
  /** Heads of the columns; the last column, of the buttons, is added. */
  columns: string[];
  /** Without a column of buttons. */
  withoutButtons?: boolean;
  children: ReactNode;
}

/** A table that scrolls sideways where it is narrow, rather than breaking words. */
export function DataTable(props: DataTableProps) {
  return (
    <TableContainer
      component={Paper}
      // What scrolls has to be reachable by keyboard.
      tabIndex={0}
      role="group"
      aria-label={props.caption}
    >
      <Table
        size="small"
        sx={{
          // Backstage's theme lets a cell break anywhere, which leaves one letter a line.
          '& th, & td': {
            wordBreak: 'normal',
            overflowWrap: 'normal',
            px: 1,
            py: 1,
          },
          '& th, & a': { whiteSpace: 'nowrap' },
          '& th:first-of-type': { pl: 2 },
          // One background for the row and its sticky cell; Backstage's theme stripes the rows.
          '& tbody tr:nth-of-type(n)': { bgcolor: 'background.paper' },
          // The buttons stay in sight while the rest scrolls under them; the line shows where.
          ...(!props.withoutButtons && {
            '& tr > :last-child': {
              position: 'sticky',
              right: 0,
              bgcolor: 'background.paper',
              // Borders do not stick.
              boxShadow: (theme: Theme) =>
                `inset 1px 0 ${theme.palette.divider}`,
            },
          }),
        }}
      >
        <Box component="caption" sx={visuallyHidden}>
          {props.caption}
        </Box>
        <TableHead>
          <TableRow>
            {props.columns.map(column => (
              <TableCell key={column} scope="col">
                {column}
              </TableCell>
            ))}
            {!props.withoutButtons && (
              <TableCell scope="col">
                <Box component="span" sx={visuallyHidden}>
                  Details
                </Box>
              </TableCell>
            )}
          </TableRow>
        </TableHead>
        <TableBody>{props.children}</TableBody>
      </Table>
    </TableContainer>
  );
}
