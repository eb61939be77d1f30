import { isTerminal, type RunDetail } from 'backstage-plugin-modelops-common';
import { useLiveRead } from './useLiveRead';

/**
 * One run with its timeline, followed until it is over. Without an id nothing is read. With `soon` the first read waits
 * for the poll interval, because the caller has a fresh row.
 */
export function useRun(
  runId: string | undefined,
  options: { soon?: boolean } = {},
) {
  return useLiveRead<RunDetail>(
    runId === undefined
      ? undefined
      : {
          key: `run ${runId}`,
          read: api => api.getRun(runId),
          isOpen: run => !run || !isTerminal(run.state),
          soon: options.soon,
        },
  );
}
