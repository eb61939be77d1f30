import { isTerminal, type Run } from 'backstage-plugin-modelops-common';
import { useNow } from '../hooks/useNow';
import { durationWord, isoDuration } from './times';

export interface DurationProps {
  run: Pick<Run, 'state' | 'startedAt' | 'submittedAt' | 'endedAt'>;
}

/** How long the job took, or takes so far. A job that never began has none. */
export function Duration(props: DurationProps) {
  const { startedAt, submittedAt, endedAt, state } = props.run;
  const began = startedAt ?? submittedAt;
  const ticking = began !== undefined && !endedAt && !isTerminal(state);
  const now = useNow(ticking, 1_000);
  if (!began || (!endedAt && !ticking)) return <>–</>;
  const end = endedAt ? new Date(endedAt).getTime() : now;
  const length = end - new Date(began).getTime();
  return (
    <time dateTime={isoDuration(length)} style={{ whiteSpace: 'nowrap' }}>
      {durationWord(length)}
    </time>
  );
}
