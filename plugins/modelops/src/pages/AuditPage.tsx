import { useState } from 'react';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useAccess } from '../hooks/useAccess';
import { useAuditEntries } from '../hooks/useAuditEntries';
import { usePages } from '../hooks/usePages';
import { BusyButton } from '../parts/BusyButton';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Pager } from '../parts/Pager';
import { StaleNotice } from '../parts/StaleNotice';
import { Time } from '../parts/Time';
import { Waiting } from '../parts/Waiting';
import { AuditExport } from './AuditExport';
import { type AuditFilter, AuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { LedgerState } from './LedgerState';

/** The ledger, for those who may read it. */
export function AuditPage() {
  const access = useAccess();
  if (access.error && !access.value) {
    return (
      <ErrorNotice
        title="Your access could not be read"
        error={access.error}
        onRetry={access.refresh}
      />
    );
  }
  return (
    <>
      {!access.value && <Waiting label="Loading your access" />}
      {access.value?.audit === false && (
        <Alert severity="info">
          The audit ledger is open to people whose role allows the action audit,
          and none of yours does. Ask your platform admins for one.
        </Alert>
      )}
      {access.value?.audit && <Ledger />}
    </>
  );
}

function Ledger() {
  const [filter, setFilter] = useState<AuditFilter>({});
  const pages = usePages(JSON.stringify(filter));
  const entries = useAuditEntries({ ...filter, cursor: pages.cursor });
  const page = entries.value;
  return (
    <>
      <LedgerState />
      <AuditFilters onApply={setFilter} />
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          justifyContent: 'space-between',
          columnGap: 4,
          rowGap: 1,
          mb: 2,
        }}
      >
        <AuditExport filter={filter} />
        <Box sx={{ display: 'flex', alignItems: 'start', gap: 1 }}>
          <Typography variant="body2" role="status" sx={{ py: 0.5 }}>
            {entries.readAt && (
              <>
                Read at <Time at={entries.readAt} />
              </>
            )}
          </Typography>
          <BusyButton busy={entries.reading} onClick={entries.refresh}>
            Refresh
          </BusyButton>
        </Box>
      </Box>
      {!page && entries.error && (
        <ErrorNotice
          title="The ledger could not be read"
          error={entries.error}
          onRetry={entries.refresh}
        />
      )}
      {!page && !entries.error && (
        <Waiting label="Loading audit entries" lines={5} />
      )}
      {page && (
        <StaleNotice
          error={entries.error}
          readAt={entries.readAt}
          onRetry={entries.refresh}
        />
      )}
      {page?.items.length === 0 && (
        <Typography>No entry matches these filters.</Typography>
      )}
      {page && page.items.length > 0 && <AuditTable entries={page.items} />}
      <Pager
        label="audit entries"
        page={pages.page}
        nextCursor={page?.nextCursor}
        onNext={pages.next}
        onPrevious={pages.previous}
      />
    </>
  );
}
