import { useRef, useState } from 'react';
import Alert from '@mui/material/Alert';
import { useAccess } from '../hooks/useAccess';
import { ErrorNotice } from '../parts/ErrorNotice';
import { Waiting } from '../parts/Waiting';
import { AuditEntries } from './AuditEntries';
import { type AuditFilter, AuditFilters } from './AuditFilters';
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
  // How often the state led to an entry: the fields of the filters begin anew with each time.
  const [led, setLed] = useState(0);
  const entries = useRef<HTMLElement>(null);
  const showEntry = (near: number) => {
    setFilter({ near });
    setLed(times => times + 1);
    entries.current?.focus();
  };
  return (
    <>
      <LedgerState onShowEntry={showEntry} />
      <AuditFilters
        key={led}
        initial={led === 0 ? {} : filter}
        onApply={setFilter}
      />
      <AuditEntries sectionRef={entries} filter={filter} />
    </>
  );
}
