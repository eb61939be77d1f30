import type {
  ListVersionsQuery,
  ModelVersions,
} from 'backstage-plugin-modelops-common';
import { usePersonRead } from './usePersonRead';

/** A page of the versions of a model, newest first. Never polled: each read is an entry in the ledger. */
export function useVersions(
  entityRef: string,
  query: ListVersionsQuery | undefined,
) {
  return usePersonRead<ModelVersions>(
    query && {
      key: `versions ${entityRef} ${JSON.stringify(query)}`,
      read: api => api.listVersions(entityRef, query),
    },
  );
}
