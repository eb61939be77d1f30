import { useNow } from '../hooks/useNow';
import { ageWord } from './times';

export interface AgeProps {
  at: string | Date;
}

/** How long ago: a word on screen, UTC on hover and for machines. */
export function Age(props: AgeProps) {
  const now = useNow(true, 30_000);
  const at = new Date(props.at);
  return (
    <time
      dateTime={at.toISOString()}
      title={`${at.toISOString()} (UTC)`}
      style={{ whiteSpace: 'nowrap' }}
    >
      {ageWord(now - at.getTime())}
    </time>
  );
}
