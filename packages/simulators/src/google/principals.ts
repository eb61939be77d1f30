import { PROJECT_NUMBER } from './names';

/** Whom an access token stands for. */
export interface Principal {
  /** `principal://…/subject/…` of a federated identity, the e-mail of a service account. */
  name: string;
  /** Every name an IAM policy may know it by. */
  members: string[];
}

const IAM = 'iam.googleapis.com';

/** Pools of the demo. */
export const WORKFORCE_POOL = 'locations/global/workforcePools/acme';
export const WORKLOAD_POOL = `projects/${PROJECT_NUMBER}/locations/global/workloadIdentityPools/backstage`;

/** Service accounts of the demo. */
export const READER = 'modelops-reader@ml-demo.iam.gserviceaccount.com';
export const TRAINER = 'forecast-trainer@ml-demo.iam.gserviceaccount.com';
export const DEPLOYER = 'forecast-deployer@ml-demo.iam.gserviceaccount.com';

/** IAM member of one federated subject. */
export function subjectMember(pool: string, subject: string): string {
  return `principal://${IAM}/${pool}/subject/${subject}`;
}

/** IAM member of a group of a pool. */
export function groupMember(pool: string, group: string): string {
  return `principalSet://${IAM}/${pool}/group/${group}`;
}

export function serviceAccountMember(email: string): string {
  return `serviceAccount:${email}`;
}

/** IAM resource of a service account: what `actAs` and `getAccessToken` are granted on. */
export function serviceAccountResource(email: string): string {
  return `projects/-/serviceAccounts/${email}`;
}

export function federatedPrincipal(
  pool: string,
  subject: string,
  groups: string[],
): Principal {
  const name = subjectMember(pool, subject);
  return {
    name,
    members: [
      name,
      ...groups.map(group => groupMember(pool, group)),
      `principalSet://${IAM}/${pool}/*`,
    ],
  };
}

export function serviceAccountPrincipal(email: string): Principal {
  return { name: email, members: [serviceAccountMember(email)] };
}
