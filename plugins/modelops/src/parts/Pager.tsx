import Box from '@mui/material/Box';
import Button from '@mui/material/Button';

export interface PagerProps {
  /** What is paged, `Runs`. */
  label: string;
  page: number;
  nextCursor: string | undefined;
  onNext: (cursor: string) => void;
  onPrevious: () => void;
}

/** Newer and older pages. Nothing when all fits on one. */
export function Pager(props: PagerProps) {
  const { nextCursor, page } = props;
  if (page === 1 && !nextCursor) return null;
  return (
    <Box
      component="nav"
      aria-label={`Pages of ${props.label}`}
      sx={{ display: 'flex', alignItems: 'center', gap: 2, mt: 2 }}
    >
      <Button size="small" disabled={page === 1} onClick={props.onPrevious}>
        Newer
      </Button>
      <Box component="span" aria-live="polite" sx={{ typography: 'body2' }}>
        Page {page}
      </Box>
      <Button
        size="small"
        disabled={!nextCursor}
        onClick={() => nextCursor && props.onNext(nextCursor)}
      >
        Older
      </Button>
    </Box>
  );
}
