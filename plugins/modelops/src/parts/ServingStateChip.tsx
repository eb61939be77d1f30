import ReadyIcon from '@mui/icons-material/CheckCircleOutline';
import FailedIcon from '@mui/icons-material/ErrorOutline';
import AbsentIcon from '@mui/icons-material/RemoveCircleOutline';
import UpdatingIcon from '@mui/icons-material/Sync';
import type {
  ServedVersion,
  ServingState,
} from 'backstage-plugin-modelops-common';
import { StateChip, type StateLook } from './StateChip';

type State = ServingState['state'] | ServedVersion['state'];

const LOOKS: Readonly<Record<State, [string, StateLook]>> = {
  ready: ['Ready', ['success', ReadyIcon]],
  updating: ['Updating', ['info', UpdatingIcon]],
  failed: ['Failed', ['error', FailedIcon]],
  absent: ['Does not exist yet', ['default', AbsentIcon]],
};

export interface ServingStateChipProps {
  state: State;
}

/** How an endpoint is, or one of the versions it serves. */
export function ServingStateChip(props: ServingStateChipProps) {
  const [word, look] = LOOKS[props.state];
  return <StateChip look={look} label={word} />;
}
