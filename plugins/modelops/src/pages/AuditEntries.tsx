import type { Ref } from 'react';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useAuditEntries } from '../hooks/useAuditEntries';
import { usePages } from '../hooks/usePages';
import { BusyButton } from '../parts/BusyButton';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Pager } from '../parts/Pager';
import { StaleNotice } from '../parts/StaleNotice';
import { Time } from '../parts/Time';
import { Waiting } from '../parts/Waiting';
import { AuditExport } from './AuditExport';
import type { AuditFilter } from './AuditFilters';
import { AuditTable } from './AuditTable';

export interface AuditEntriesProps {
  filter: AuditFilter;
  /** Takes the focus when something leads to an entry. */
  sectionRef: Ref<HTMLElement>;
}

/** The entries that match: to read page by page, and to export. */
export function AuditEntries(props: AuditEntriesProps) {
  const { filter } = props;
  const pages = usePages(JSON.stringify(filter));
  const entries = useAuditEntries({ ...filter, cursor: pages.cursor });
  return (
    <Box
      component="section"
      aria-label="Entries"
      ref={props.sectionRef}
      tabIndex={-1}
      sx={{
        display: 'flex',
        flexDirection: 'column',
        gap: 2,
        outline: 'none',
      }}
    >
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          justifyContent: 'space-between',
          columnGap: 4,
          rowGap: 1,
        }}
      >
        <AuditExport filter={filter} />
        <ReadAt {...entries} />
      </Box>
      <EntryList {...entries} />
      <Pager
        label="audit entries"
        pages={pages}
        nextCursor={entries.value?.nextCursor}
      />
    </Box>
  );
}

type Entries = ReturnType<typeof useAuditEntries>;

function ReadAt({ readAt, reading, refresh }: Entries) {
  return (
    <Box sx={{ display: 'flex', alignItems: 'start', gap: 1 }}>
      <Typography variant="body2" role="status" sx={{ py: 0.5 }}>
        {readAt && (
          <>
            Read at <Time at={readAt} />
          </>
        )}
      </Typography>
      <BusyButton busy={reading} onClick={refresh}>
        Refresh
      </BusyButton>
    </Box>
  );
}

function EntryList({ value, error, readAt, refresh }: Entries) {
  if (!value) {
    return error ? (
      <ErrorNotice
        title="The ledger could not be read"
        error={error}
        onRetry={refresh}
      />
    ) : (
      <Waiting label="Loading audit entries" lines={5} />
    );
  }
  return (
    <>
      <StaleNotice error={error} readAt={readAt} onRetry={refresh} />
      {value.items.length === 0 ? (
        <Typography>No entry matches these filters.</Typography>
      ) : (
        <AuditTable entries={value.items} />
      )}
    </>
  );
}
