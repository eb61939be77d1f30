import { useState } from 'react';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import type { Run } from 'backstage-plugin-modelops-common';
import { Duration } from './Duration';
import { PlatformLink } from './PlatformLink';
import { RunDetailsPanel } from './RunDetailsPanel';
import { RunStateChip } from './RunStateChip';
import { Time } from './Time';
import { visuallyHidden } from './visuallyHidden';
import { ACTION_WORDS, personWord, ranAsWord, runWord } from './words';

export interface RunsTableProps {
  caption: string;
  runs: Run[];
  /** Off where all runs are of the same model. */
  showModel: boolean;
  /** Whether the first row is the newest run there is. */
  firstPage: boolean;
}

/** Runs, newest first; each opens its details. */
export function RunsTable(props: RunsTableProps) {
  const { runs, showModel } = props;
  const [opened, setOpened] = useState<Run>();
  return (
    <TableContainer>
      <Table size="small">
        <Box component="caption" sx={visuallyHidden}>
          {props.caption}
        </Box>
        <TableHead>
          <TableRow>
            <TableCell>Action</TableCell>
            {showModel && <TableCell>Model</TableCell>}
            <TableCell>State</TableCell>
            <TableCell>Started by</TableCell>
            <TableCell>Seen as</TableCell>
            <TableCell>Started</TableCell>
            <TableCell>Duration</TableCell>
            <TableCell>Platform</TableCell>
            <TableCell align="right">Audit entry</TableCell>
            <TableCell>
              <Box component="span" sx={visuallyHidden}>
                Details
              </Box>
            </TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {runs.map(run => (
            <TableRow key={run.id} hover>
              <TableCell component="th" scope="row">
                {ACTION_WORDS[run.action]}
              </TableCell>
              {showModel && (
                <TableCell>
                  <EntityRefLink
                    entityRef={run.entityRef}
                    title={run.entityRef}
                  />
                </TableCell>
              )}
              <TableCell>
                <RunStateChip state={run.state} />
              </TableCell>
              <TableCell>{personWord(run.startedBy)}</TableCell>
              <TableCell>{ranAsWord(run.runsAs)}</TableCell>
              <TableCell>
                <Time at={run.requestedAt} />
              </TableCell>
              <TableCell>
                <Duration run={run} />
              </TableCell>
              <TableCell>
                <PlatformLink
                  platform={run.platform}
                  url={run.platformRunUrl}
                />
              </TableCell>
              <TableCell align="right">{run.auditSequence}</TableCell>
              <TableCell align="right">
                <Button
                  size="small"
                  aria-label={`Details of ${runWord(run)}`}
                  aria-haspopup="dialog"
                  onClick={() => setOpened(run)}
                >
                  Details
                </Button>
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {opened && (
        <RunDetailsPanel
          run={opened}
          resultAtOnce={
            props.firstPage && opened.id === newestSucceededId(runs, opened)
          }
          onClose={() => setOpened(undefined)}
        />
      )}
    </TableContainer>
  );
}

function newestSucceededId(runs: Run[], like: Run): string | undefined {
  return runs.find(
    run => run.state === 'succeeded' && run.entityRef === like.entityRef,
  )?.id;
}
