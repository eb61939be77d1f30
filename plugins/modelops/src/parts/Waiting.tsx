import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import { visuallyHidden } from './visuallyHidden';

export interface WaitingProps {
  /** What is being loaded, `Loading runs`. */
  label: string;
  lines?: number;
}

/** Grey lines where text will be; they hold still for people who asked for less motion. */
export function Waiting(props: WaitingProps) {
  return (
    <Box role="status" aria-busy="true">
      <Box component="span" sx={visuallyHidden}>
        {props.label}
      </Box>
      {Array.from({ length: props.lines ?? 3 }, (_, line) => (
        <Skeleton
          key={line}
          variant="text"
          width={line % 2 ? '60%' : '90%'}
          sx={{
            '@media (prefers-reduced-motion: reduce)': { animation: 'none' },
          }}
        />
      ))}
    </Box>
  );
}
