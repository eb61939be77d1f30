import type { Express } from 'express';
import { readId, type ApiCall, type ApiRoute } from './apiRoute';
import { invalidParameter, permissionDenied } from './errors';
import { maySee } from './jobAccess';
import { JOB_LEVELS, type AclEntry, type Job, type JobLevel } from './jobs';
import { ADMINS_GROUP } from './principals';

const SCOPES = ['access-management'];
const PATH = '/api/2.0/permissions/jobs/:jobId';

/** Job permissions: read, replace, change. A viewer may not read them. Source: reference, databricks section 7.1. */
export function permissionsRoutes(app: Express, api: ApiRoute): void {
  app.get(
    PATH,
    api(SCOPES, call => aclView(requireManagedJob(call))),
  );
  app.get(
    `${PATH}/permissionLevels`,
    api(SCOPES, call => {
      requireManagedJob(call);
      return {
        permission_levels: JOB_LEVELS.map(level => ({
          permission_level: level,
          description: level,
        })),
      };
    }),
  );
  app.put(
    PATH,
    api(SCOPES, call => setAcl(requireManagedJob(call), readEntries(call))),
  );
  app.patch(
    PATH,
    api(SCOPES, call => {
      const job = requireManagedJob(call);
      const changes = readEntries(call);
      const kept = job.acl.filter(
        entry => !changes.some(change => nameOf(change) === nameOf(entry)),
      );
      return setAcl(job, [...kept, ...changes]);
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
  return aclView(job);
}

function readEntries({ body }: ApiCall): AclEntry[] {
  const list = body().access_control_list;
  if (!Array.isArray(list))
    throw invalidParameter('Missing required field: access_control_list');
  return list.map(entry => {
    const names = [
      entry.user_name,
      entry.group_name,
      entry.service_principal_name,
    ].filter(Boolean);
    if (names.length !== 1)
      throw invalidParameter('An entry names exactly one principal');
    if (!JOB_LEVELS.includes(entry.permission_level as JobLevel)) {
      throw invalidParameter(
        `Unknown permission level ${entry.permission_level}`,
      );
    }
    return {
      userName: entry.user_name,
      groupName: entry.group_name,
      servicePrincipalName: entry.service_principal_name,
      level: entry.permission_level,
    };
  });
}

function nameOf(entry: AclEntry): string | undefined {
  return entry.userName ?? entry.groupName ?? entry.servicePrincipalName;
}

function aclView(job: Job): Record<string, unknown> {
  return {
    object_id: `/jobs/${job.jobId}`,
    object_type: 'job',
    access_control_list: [
      ...job.acl.map(entry => ({
        ...(entry.userName && {
          user_name: entry.userName,
          display_name: entry.userName,
        }),
        ...(entry.groupName && { group_name: entry.groupName }),
        ...(entry.servicePrincipalName && {
          service_principal_name: entry.servicePrincipalName,
        }),
        all_permissions: [{ permission_level: entry.level, inherited: false }],
      })),
      {
        group_name: ADMINS_GROUP,
        all_permissions: [
          {
            permission_level: 'CAN_MANAGE',
            inherited: true,
            inherited_from_object: ['/jobs/'],
          },
        ],
      },
    ],
  };
}
