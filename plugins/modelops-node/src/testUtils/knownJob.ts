import type { KnownJob, StartJob } from 'backstage-plugin-modelops-node';

/** How far off the times of a start may be that a module is told, in milliseconds; the backend's are wider. */
const START_MARGIN_MS = 5_000;

/** A job to be started, by whom. @public */
export type NewJob = StartJob & { principal: string };
/** A job whose platform run id is known. @public */
export type NamedJob = KnownJob & { platformRunId: string };

/** What the backend knows of a start that was sent just now. @public */
export function knownJob<J extends NewJob>(
  job: J,
  change: Partial<KnownJob> = {},
): J & KnownJob {
  return {
    notBefore: new Date(Date.now() - START_MARGIN_MS),
    notAfter: new Date(Date.now() + START_MARGIN_MS),
    claimed: new Set(),
    ...job,
    ...change,
  };
}
