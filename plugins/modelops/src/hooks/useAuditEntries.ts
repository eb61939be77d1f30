import type {
  AuditEntry,
  ListAuditQuery,
  Page,
} from 'backstage-plugin-modelops-common';
import { useLiveRead } from './useLiveRead';

/** A page of the ledger, newest first. Never polled: each read of the ledger is an entry of its own. */
export function useAuditEntries(query: ListAuditQuery | undefined) {
  return useLiveRead<Page<AuditEntry>>(
    query && {
      key: `audit ${JSON.stringify(query)}`,
      read: api => api.listAudit(query),
    },
  );
}
