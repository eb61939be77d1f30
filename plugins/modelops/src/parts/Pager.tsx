import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { usePages } from '../hooks/usePages';

export interface PagerProps {
  /** What is paged, `Runs`. */
  label: string;
  pages: ReturnType<typeof usePages>;
  /** Unknown while a page is being read. */
  nextCursor: string | undefined;
}

/**
 * Newer and older pages. Nothing when all fits on one. Once a page was turned it stays, and so does each button: one that
 * went or was disabled would drop the keyboard's focus.
 */
export function Pager(props: PagerProps) {
  const { nextCursor, pages } = props;
  if (!pages.turned && !nextCursor) return null;
  return (
    <Box
      component="nav"
      aria-label={`Pages of ${props.label}`}
      sx={{ display: 'flex', alignItems: 'center', gap: 2, mt: 2 }}
    >
      <PageButton
        word="Newer"
        onClick={pages.page === 1 ? undefined : pages.previous}
      />
      <Box component="span" aria-live="polite" sx={{ typography: 'body2' }}>
        Page {pages.page}
      </Box>
      <PageButton
        word="Older"
        onClick={nextCursor ? () => pages.next(nextCursor) : undefined}
      />
    </Box>
  );
}

/** Without `onClick` there is no such page. */
function PageButton(props: { word: string; onClick?: () => void }) {
  const { onClick, word } = props;
  return (
    <Button
      size="small"
      aria-disabled={onClick ? undefined : true}
      onClick={onClick}
      sx={{
        '&[aria-disabled]': { color: 'text.disabled', cursor: 'not-allowed' },
      }}
    >
      {word}
    </Button>
  );
}
