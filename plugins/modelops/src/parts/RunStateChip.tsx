import BlockIcon from '@mui/icons-material/Block';
import CancelIcon from '@mui/icons-material/CancelOutlined';
import SucceededIcon from '@mui/icons-material/CheckCircleOutline';
import FailedIcon from '@mui/icons-material/ErrorOutline';
import UnknownIcon from '@mui/icons-material/HelpOutline';
import LostIcon from '@mui/icons-material/LinkOff';
import ApprovalIcon from '@mui/icons-material/PendingActions';
import RunningIcon from '@mui/icons-material/PlayCircleOutline';
import RequestedIcon from '@mui/icons-material/Schedule';
import SubmittedIcon from '@mui/icons-material/HourglassEmpty';
import type { RunState } from 'backstage-plugin-modelops-common';
import { StateChip, type StateLook } from './StateChip';
import { STATE_WORDS } from './words';

const LOOKS: Readonly<Record<RunState, StateLook>> = {
  requested: ['default', RequestedIcon],
  submitted: ['default', SubmittedIcon],
  running: ['info', RunningIcon],
  succeeded: ['success', SucceededIcon],
  failed: ['error', FailedIcon],
  canceled: ['default', CancelIcon],
  unknown: ['warning', UnknownIcon],
  lost: ['warning', LostIcon],
  'awaiting-approval': ['default', ApprovalIcon],
  declined: ['default', BlockIcon],
};

export interface RunStateChipProps {
  state: RunState;
}

/** The state of a run. */
export function RunStateChip(props: RunStateChipProps) {
  const { state } = props;
  return <StateChip look={LOOKS[state]} label={STATE_WORDS[state]} />;
}
