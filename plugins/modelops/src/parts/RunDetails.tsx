import Box from '@mui/material/Box';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import type {
  RunDetail,
  TrafficShares,
} from 'backstage-plugin-modelops-common';
import { CancelRun } from './CancelRun';
import { Duration } from './Duration';
import { Facts } from './Facts';
import { ParameterList } from './ParameterList';
import { Part } from './Part';
import { PlatformLink } from './PlatformLink';
import { RunLog } from './RunLog';
import { RunResultPart } from './RunResultPart';
import { RunStateChip } from './RunStateChip';
import { RunTimeline } from './RunTimeline';
import { Time } from './Time';
import {
  failureSentence,
  OPERATION_WORDS,
  personWord,
  ranAsWord,
} from './words';

export interface RunDetailsProps {
  run: RunDetail;
  resultAtOnce: boolean;
  onChanged: () => void;
}

/** One run: what, who, as whom, how it went. */
export function RunDetails(props: RunDetailsProps) {
  const { run } = props;
  return (
    <>
      <Facts
        facts={[
          ['State', <RunStateChip state={run.state} />],
          ['Why', run.failure && <Failure run={run} />],
          [
            'Model',
            <EntityRefLink entityRef={run.entityRef} title={run.entityRef} />,
          ],
          ['Platform', `${run.platformTitle} (${run.connection})`],
          ['Resource', run.resource],
          [
            'Operation',
            run.operation === 'start'
              ? undefined
              : OPERATION_WORDS[run.operation],
          ],
          ['Version', run.version],
          ['Served before', run.before && <Shares shares={run.before} />],
          ['Environment', run.environment],
          ['Started by', personWord(run.startedBy)],
          ['Agent', run.agent],
          ['Seen as', ranAsWord(run.runsAs)],
          ['Code runs as', run.jobRunsAs],
          ['Allowed by', `role ${run.role}, rule ${run.rule}`],
          ['Reason', run.reason],
          ['Requested', <Time at={run.requestedAt} />],
          ['Began', run.startedAt && <Time at={run.startedAt} />],
          ['Ended', run.endedAt && <Time at={run.endedAt} />],
          ['Duration', <Duration run={run} />],
          ['Run id', <code>{run.id}</code>],
          ['Job on the platform', run.platformRunId],
          ['Audit entry', run.auditSequence],
        ]}
      />
      <Box
        sx={{ display: 'flex', gap: 2, flexWrap: 'wrap', alignItems: 'center' }}
      >
        {run.platformRunUrl && (
          <PlatformLink platform={run.platformTitle} url={run.platformRunUrl} />
        )}
        <CancelRun run={run} onCanceled={props.onChanged} />
      </Box>
      <Part title="Parameters">
        <ParameterList parameters={run.parameters} />
      </Part>
      {run.state === 'succeeded' && run.action === 'train' && (
        <RunResultPart runId={run.id} atOnce={props.resultAtOnce} />
      )}
      <Part title="Timeline">
        <RunTimeline events={run.timeline} />
      </Part>
      {run.platformRunId && <RunLog runId={run.id} />}
    </>
  );
}

/** Shares by the platform's names of what was served. */
function Shares(props: { shares: TrafficShares }) {
  const words = Object.entries(props.shares).map(
    ([id, share]) => `${id}: ${share} %`,
  );
  return <>{words.length > 0 ? words.join(', ') : 'nothing'}</>;
}

function Failure(props: { run: RunDetail }) {
  const failure = props.run.failure!;
  return (
    <>
      {failureSentence(failure)} <code>{failure.code}</code>
    </>
  );
}
