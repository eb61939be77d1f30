import type { Express } from 'express';
import { aclView, levelViews, mergeAcl, readAclEntries } from './aclViews';
import { readId, type ApiCall, type ApiRoute } from './apiRoute';
import { invalidParameter, permissionDenied } from './errors';
import { maySee } from './jobAccess';
import { JOB_LEVELS, type AclEntry, type Job } from './jobs';

const SCOPES = ['access-management'];
const PATH = '/api/2.0/permissions/jobs/:jobId';

/** Job permissions: read, replace, change. A viewer may not read them. Source: reference, databricks section 7.1. */
export function permissionsRoutes(app: Express, api: ApiRoute): void {
  app.get(
    PATH,
    api(SCOPES, call => jobAclView(requireManagedJob(call))),
  );
  app.get(
    `${PATH}/permissionLevels`,
    api(SCOPES, call => {
      requireManagedJob(call);
      return levelViews(JOB_LEVELS);
    }),
  );
  app.put(
    PATH,
    api(SCOPES, call =>
      setAcl(requireManagedJob(call), readAclEntries(call, JOB_LEVELS)),
    ),
  );
  app.patch(
    PATH,
    api(SCOPES, call => {
      const job = requireManagedJob(call);
      return setAcl(job, mergeAcl(job.acl, readAclEntries(call, JOB_LEVELS)));
    }),
  );
}

function requireManagedJob({ workspace, principal, param }: ApiCall): Job {
  const jobId = readId(param('jobId'), 'job_id');
  const job = workspace.findJob(jobId);
  if (job && maySee(principal, job, 'CAN_MANAGE')) return job;
  throw permissionDenied(
    `${principal.userName} does not have Manage permissions on Job with ID: ElasticJobId(${jobId}). ` +
      'Please contact the owner or an administrator for access.',
  );
}

function setAcl(job: Job, acl: AclEntry[]): Record<string, unknown> {
  if (acl.filter(entry => entry.level === 'IS_OWNER').length !== 1) {
    throw invalidParameter('The job must have exactly one owner.');
  }
  job.acl = acl;
  return jobAclView(job);
}

function jobAclView(job: Job): Record<string, unknown> {
  return aclView(
    { id: `/jobs/${job.jobId}`, type: 'job', parent: '/jobs/' },
    job.acl,
  );
}
