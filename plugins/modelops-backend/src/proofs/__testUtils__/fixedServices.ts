import type {
  AuthService,
  HttpAuthService,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { groupsOf } from '../../__testUtils__/demoCatalog';

/*
 * As much of Backstage as the services ask: who somebody is and what the framework allows are given, and everything that
 * modelops itself decides is not.
 */

/** The signed-in user is the `person` of the request. */
export const whoTheRequestSays = {
  async credentials(req: unknown) {
    const { person } = req as { person: string };
    const userEntityRef = `user:default/${person}`;
    return { principal: { type: 'user', userEntityRef } };
  },
} as unknown as HttpAuthService;

/** The groups of the demo's people, as the catalog of the demo has them. */
export const demoUserInfo = {
  async getUserInfo({ principal }: { principal: { userEntityRef: string } }) {
    const { userEntityRef } = principal;
    return {
      userEntityRef,
      ownershipEntityRefs: [userEntityRef, ...groupsOf(userEntityRef)],
    };
  },
} as unknown as UserInfoService;

export const allowAll = {
  authorize: async (requests: unknown[]) =>
    requests.map(() => ({ result: AuthorizeResult.ALLOW })),
} as unknown as PermissionsService;

/** For a catalog that asks for no credentials. */
export const noAuth = {
  getOwnServiceCredentials: async () => ({}),
} as unknown as AuthService;
