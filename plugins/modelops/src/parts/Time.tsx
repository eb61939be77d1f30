import { timeWord } from './times';

export interface TimeProps {
  at: string | Date;
}

/** A point in time: local on screen, UTC on hover and for machines. */
export function Time(props: TimeProps) {
  const iso = new Date(props.at).toISOString();
  return (
    <time
      dateTime={iso}
      title={`${iso} (UTC)`}
      style={{ whiteSpace: 'nowrap' }}
    >
      {timeWord(props.at)}
    </time>
  );
}
