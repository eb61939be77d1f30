import { useState } from 'react';
import Alert from '@mui/material/Alert';
import Typography from '@mui/material/Typography';
import type { ListAuditQuery } from 'backstage-plugin-modelops-common';
import { useAccess } from '../hooks/useAccess';
import { useAuditEntries } from '../hooks/useAuditEntries';
import { usePages } from '../hooks/usePages';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Pager } from '../parts/Pager';
import { Waiting } from '../parts/Waiting';
import { AuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';

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
  const [query, setQuery] = useState<ListAuditQuery>({});
  const pages = usePages(JSON.stringify(query));
  const entries = useAuditEntries({ ...query, cursor: pages.cursor });
  return (
    <>
      <AuditFilters onApply={setQuery} />
      {!entries.value && !entries.error && (
        <Waiting label="Loading audit entries" lines={5} />
      )}
      {entries.error && (
        <ErrorNotice
          title="The ledger could not be read"
          error={entries.error}
          onRetry={entries.refresh}
        />
      )}
      {entries.value?.items.length === 0 && (
        <Typography>No entry matches these filters.</Typography>
      )}
      {entries.value && entries.value.items.length > 0 && (
        <AuditTable entries={entries.value.items} />
      )}
      <Pager
        label="audit entries"
        page={pages.page}
        nextCursor={entries.value?.nextCursor}
        onNext={pages.next}
        onPrevious={pages.previous}
      />
    </>
  );
}
