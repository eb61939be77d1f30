import ReadyIcon from '@mui/icons-material/CheckCircleOutline';
import FailedIcon from '@mui/icons-material/ErrorOutline';
import PendingIcon from '@mui/icons-material/HourglassEmpty';
import type { ModelVersion } from 'backstage-plugin-modelops-common';
import { StateChip, type StateLook } from './StateChip';

const LOOKS: Readonly<Record<ModelVersion['state'], [string, StateLook]>> = {
  ready: ['Ready', ['success', ReadyIcon]],
  pending: ['Being registered', ['info', PendingIcon]],
  failed: ['Failed', ['error', FailedIcon]],
};

export interface VersionStateChipProps {
  state: ModelVersion['state'];
}

/** How a version is. Only a ready one can be deployed. */
export function VersionStateChip(props: VersionStateChipProps) {
  const [word, look] = LOOKS[props.state];
  return <StateChip look={look} label={word} />;
}
