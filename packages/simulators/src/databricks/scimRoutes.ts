import type { Express } from 'express';
import type { ApiRoute } from './apiRoute';
import type { Principal } from './principals';

/** Who the token is. Source: reference, databricks section 7.2. */
export function scimRoutes(app: Express, api: ApiRoute): void {
  app.get(
    '/api/2.0/preview/scim/v2/Me',
    api(['iam.current-user:read', 'scim'], ({ principal }) =>
      meView(principal),
    ),
  );
}

function meView(principal: Principal): Record<string, unknown> {
  const [givenName, ...family] = principal.displayName.split(' ');
  const isUser = principal.kind === 'user';
  return {
    schemas: [
      isUser
        ? 'urn:ietf:params:scim:schemas:core:2.0:User'
        : 'urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal',
      'urn:ietf:params:scim:schemas:extension:workspace:2.0:User',
    ],
    id: principal.id,
    userName: principal.userName,
    displayName: principal.displayName,
    active: true,
    ...(isUser && {
      name: { givenName, familyName: family.join(' ') },
      emails: [{ value: principal.userName, type: 'work', primary: true }],
    }),
    ...(!isUser && { applicationId: principal.userName }),
    ...(principal.groups.length > 0 && {
      groups: principal.groups.map((group, index) => ({
        display: group,
        value: String(5_000_000 + index),
        type: 'direct',
        $ref: `Groups/${5_000_000 + index}`,
      })),
    }),
    entitlements: [{ value: 'workspace-access' }],
  };
}
