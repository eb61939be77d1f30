import type { ComponentType } from 'react';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import Chip, { type ChipProps } from '@mui/material/Chip';
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
import { STATE_WORDS } from './words';

const LOOKS: Readonly<
  Record<RunState, [ChipProps['color'], ComponentType<SvgIconProps>]>
> = {
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

/** The state in a word, with an icon of its own, so that colour only repeats what the word says. */
export function RunStateChip(props: RunStateChipProps) {
  const [color, Icon] = LOOKS[props.state];
  return (
    <Chip
      size="small"
      variant="outlined"
      color={color}
      icon={<Icon aria-hidden />}
      label={STATE_WORDS[props.state]}
      // The word keeps the contrast of text in both themes; border and icon carry the colour.
      sx={{
        m: 0,
        '& .v5-MuiChip-label, & .MuiChip-label': { color: 'text.primary' },
      }}
    />
  );
}
