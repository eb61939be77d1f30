/** A user or service principal of the workspace. */
export interface Principal {
  kind: 'user' | 'servicePrincipal';
  /** Numeric SCIM id. */
  id: string;
  /** E-mail of a user, application id (UUID) of a service principal. */
  userName: string;
  displayName: string;
  groups: string[];
  /** Set by a test: every token of it is refused, and no new one is issued. */
  revoked: boolean;
}

/** Members of this group see and manage everything, as in a real workspace. */
export const ADMINS_GROUP = 'admins';

/** True for a workspace admin. */
export function isAdmin(principal: Principal): boolean {
  return principal.groups.includes(ADMINS_GROUP);
}

/** Service principals of the demo, by application id. */
export const READER = '11111111-1111-4111-8111-111111111111';
export const TRAINER = '22222222-2222-4222-8222-222222222222';
export const FRAUD_RUN_AS = '33333333-3333-4333-8333-333333333333';

/** Somebody of the same workspace who does not use the portal: the stranger of the tests. */
export const STRANGER = 'mallory@acme.example';

/** Users, by the e-mail the identity provider gives them, and service principals. */
export function demoPrincipals(): Principal[] {
  const user = (
    id: string,
    userName: string,
    displayName: string,
    groups: string[],
  ): Principal => ({
    kind: 'user',
    id,
    userName,
    displayName,
    groups,
    revoked: false,
  });
  const servicePrincipal = (
    id: string,
    userName: string,
    displayName: string,
  ): Principal => ({
    kind: 'servicePrincipal',
    id,
    userName,
    displayName,
    groups: [],
    revoked: false,
  });
  return [
    user('4011000000000001', 'ada@acme.example', 'Ada Lovelace', [
      'ml-engineers',
    ]),
    user('4011000000000002', 'grace@acme.example', 'Grace Hopper', [
      'data-scientists',
    ]),
    user('4011000000000003', 'alan@acme.example', 'Alan Turing', [
      'platform-admins',
      ADMINS_GROUP,
    ]),
    user('4011000000000004', 'katherine@acme.example', 'Katherine Johnson', [
      'auditors',
    ]),
    user('4011000000000005', STRANGER, 'Mallory Stranger', ['ml-engineers']),
    servicePrincipal('4022000000000001', READER, 'modelops-reader'),
    servicePrincipal('4022000000000002', TRAINER, 'fraud-trainer'),
    servicePrincipal('4022000000000003', FRAUD_RUN_AS, 'fraud-job-runner'),
  ];
}
