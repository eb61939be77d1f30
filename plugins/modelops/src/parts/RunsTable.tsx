import { useState } from 'react';
import Button from '@mui/material/Button';
import TableCell from '@mui/material/TableCell';
import TableRow from '@mui/material/TableRow';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import type { Run } from 'backstage-plugin-modelops-common';
import { DataTable } from './DataTable';
import { Duration } from './Duration';
import { PlatformLink } from './PlatformLink';
import { RunDetailsPanel } from './RunDetailsPanel';
import { RunStateChip } from './RunStateChip';
import { Time } from './Time';
import {
  entityWord,
  OPERATION_WORDS,
  personWord,
  ranAsWord,
  runWord,
} from './words';

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
    <>
      <DataTable
        caption={props.caption}
        columns={[
          'Action',
          ...(showModel ? ['Model'] : []),
          'State',
          'Started by',
          'Seen as',
          'Started',
          'Duration',
          'Platform',
          'Audit entry',
        ]}
      >
        {runs.map(run => (
          <TableRow key={run.id} hover>
            <TableCell component="th" scope="row">
              {OPERATION_WORDS[run.operation]}
              {run.version !== undefined && ` (version ${run.version})`}
            </TableCell>
            {showModel && (
              <TableCell>
                <EntityRefLink
                  entityRef={run.entityRef}
                  title={entityWord(run.entityRef)}
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
                platform={run.platformTitle}
                url={run.platformRunUrl}
              />
            </TableCell>
            <TableCell>{run.auditSequence}</TableCell>
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
      </DataTable>
      {opened && (
        <RunDetailsPanel
          run={opened}
          resultAtOnce={
            props.firstPage && opened.id === newestSucceededId(runs, opened)
          }
          onClose={() => setOpened(undefined)}
        />
      )}
    </>
  );
}

function newestSucceededId(runs: Run[], like: Run): string | undefined {
  return runs.find(
    run => run.state === 'succeeded' && run.entityRef === like.entityRef,
  )?.id;
}
