import type { Access } from 'backstage-plugin-modelops-common';
import { useLiveRead } from './useLiveRead';

/** What the signed-in person may do. */
export function useAccess() {
  return useLiveRead<Access>({ key: 'access', read: api => api.getAccess() });
}
