import { levelOf } from './acl';
import { invalidParameter, permissionDenied } from './errors';
import { JOB_LEVELS, type Job, type JobLevel } from './jobs';
import { isAdmin, type Principal } from './principals';
import type { Run } from './runs';
import type { Workspace } from './Workspace';

/** The wording of a refusal, by what was needed. */
const NEEDED_TEXT: Record<JobLevel, string> = {
  CAN_VIEW: 'View or Admin or Manage Run or Owner',
  CAN_MANAGE_RUN: 'Manage Run or Admin or Owner',
  CAN_MANAGE: 'Admin or Owner',
  IS_OWNER: 'Admin or Owner',
};

/** True when the principal holds at least this level on the job, directly, through a group, or as a workspace admin. */
export function maySee(
  principal: Principal,
  job: Job,
  needed: JobLevel,
): boolean {
  const level = levelOf(principal, job.acl, JOB_LEVELS);
  return (
    level !== undefined &&
    JOB_LEVELS.indexOf(level) >= JOB_LEVELS.indexOf(needed)
  );
}

/** The job, if the caller holds the level. Rights come before existence, see `missingJobs`. */
export function requireJob(
  workspace: Workspace,
  principal: Principal,
  jobId: bigint,
  needed: JobLevel,
): Job {
  const job = workspace.findJob(jobId);
  if (job && maySee(principal, job, needed)) return job;
  const revealsMissing =
    isAdmin(principal) || workspace.behaviour.missingJobs === 'not-found';
  if (!job && revealsMissing)
    throw invalidParameter(`Job ${jobId} does not exist.`);
  throw permissionDenied(
    `User ${principal.userName} does not have ${NEEDED_TEXT[needed]} permissions on job ${jobId}`,
  );
}

/** The run whose own id or whose task's id this is, if the caller holds the level on its job. */
export function requireRun(
  workspace: Workspace,
  principal: Principal,
  runId: bigint,
  needed: JobLevel,
): Run {
  const run =
    workspace.runs.get(runId) ??
    [...workspace.runs.values()].find(({ taskRunId }) => taskRunId === runId);
  if (!run) throw invalidParameter(`Run ${runId} does not exist.`);
  requireJob(workspace, principal, run.job.jobId, needed);
  return run;
}
