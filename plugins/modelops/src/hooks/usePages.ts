import { useState } from 'react';

/** Where in a cursor-paged list we are. Another list (another key) starts at its first page. */
export function usePages(listKey: string) {
  const [place, setPlace] = useState<{ listKey: string; cursors: string[] }>();
  const turned = place?.listKey === listKey;
  const cursors = turned ? place.cursors : [];
  return {
    /** Cursor of the page to show; none for the first. */
    cursor: cursors.at(-1),
    page: cursors.length + 1,
    /** Whether somebody turned a page of this list. */
    turned,
    next: (cursor: string) =>
      setPlace({ listKey, cursors: [...cursors, cursor] }),
    previous: () => setPlace({ listKey, cursors: cursors.slice(0, -1) }),
  };
}
