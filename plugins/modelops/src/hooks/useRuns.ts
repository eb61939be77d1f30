import {
  isTerminal,
  type ListRunsQuery,
  type Page,
  type Run,
} from 'backstage-plugin-modelops-common';
import { useLiveRead } from './useLiveRead';

/** A page of runs, newest first, followed while one of them is under way. */
export function useRuns(query: ListRunsQuery) {
  return useLiveRead<Page<Run>>({
    key: `runs ${JSON.stringify(query)}`,
    read: api => api.listRuns(query),
    isOpen: page => page?.items.some(run => !isTerminal(run.state)) ?? false,
  });
}
