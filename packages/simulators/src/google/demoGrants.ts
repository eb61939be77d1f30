import type { Grant } from '../handles/googleTypes';
import {
  DEPLOYER,
  groupMember,
  READER,
  serviceAccountMember,
  serviceAccountResource,
  subjectMember,
  TRAINER,
  WORKFORCE_POOL,
  WORKLOAD_POOL,
} from './principals';

const of = (collection: string, ...verbs: string[]) =>
  verbs.map(verb => `aiplatform.${collection}.${verb}`);

/** What `roles/aiplatform.viewer` holds of what is simulated: reading, and no predictions. */
export const VIEWER: readonly string[] = [
  ...of('customJobs', 'get', 'list'),
  ...of('pipelineJobs', 'get', 'list'),
  ...of('models', 'get', 'list'),
  ...of('modelEvaluations', 'get', 'list'),
  ...of('endpoints', 'get', 'list'),
];

/** What `roles/aiplatform.user` holds of what is simulated. No actAs, logs, quota or storage. Source: reference, google section 3.8. */
export const USER: readonly string[] = [
  ...VIEWER,
  ...of('customJobs', 'create', 'cancel', 'delete'),
  ...of('pipelineJobs', 'create', 'cancel', 'delete'),
  ...of('models', 'upload', 'update', 'delete'),
  ...of('modelEvaluations', 'import'),
  ...of(
    'endpoints',
    'create',
    'update',
    'delete',
    'deploy',
    'undeploy',
    'predict',
  ),
];

const USE_PROJECT = 'serviceusage.services.use';
const READ_LOGS = 'logging.logEntries.list';
const READ_OBJECTS = 'storage.objects.get';
const ACT_AS = 'iam.serviceAccounts.actAs';
const GET_TOKEN = 'iam.serviceAccounts.getAccessToken';

/** Who may do what in a new project. */
export function demoGrants(): Grant[] {
  const grants: Grant[] = [];
  const allow = (
    member: string,
    permissions: readonly string[],
    resource?: string,
  ) =>
    permissions.forEach(permission =>
      grants.push({ permission, member, ...(resource && { resource }) }),
    );

  const engineers = groupMember(WORKFORCE_POOL, 'ml-engineers');
  allow(engineers, [...USER, USE_PROJECT, READ_LOGS, READ_OBJECTS]);
  allow(engineers, [ACT_AS], serviceAccountResource(TRAINER));

  const scientists = groupMember(WORKFORCE_POOL, 'data-scientists');
  allow(scientists, [...VIEWER, USE_PROJECT]);

  const admins = groupMember(WORKFORCE_POOL, 'platform-admins');
  allow(admins, [
    ...USER,
    'aiplatform.endpoints.setIamPolicy',
    USE_PROJECT,
    READ_LOGS,
    READ_OBJECTS,
    ACT_AS,
  ]);

  const reader = serviceAccountMember(READER);
  allow(reader, [...VIEWER, READ_LOGS, READ_OBJECTS]);
  allow(
    subjectMember(WORKLOAD_POOL, 'backstage-reader'),
    [GET_TOKEN],
    serviceAccountResource(READER),
  );

  const trainer = serviceAccountMember(TRAINER);
  allow(trainer, [
    ...of('models', 'get', 'list', 'upload'),
    ...of('modelEvaluations', 'import'),
    READ_OBJECTS,
  ]);

  const deployer = serviceAccountMember(DEPLOYER);
  allow(deployer, [...USER, READ_LOGS, READ_OBJECTS]);
  allow(deployer, [ACT_AS], serviceAccountResource(TRAINER));
  // Ada herself, not her group: who may deploy as the account is named one by one.
  allow(
    subjectMember(WORKFORCE_POOL, 'ada@acme.example'),
    [GET_TOKEN],
    serviceAccountResource(DEPLOYER),
  );
  return grants;
}
