/** Client id of the portal's login; also the audience of its ID tokens. */
export const PORTAL_CLIENT_ID = 'backstage';

/** Client id of the portal's own workload identity; also the subject of its access tokens. */
export const WORKLOAD_CLIENT_ID = 'backstage-reader';

/** Audience of the workload's access token: what the reader's federation policy at Databricks expects. */
export const WORKLOAD_AUDIENCE = 'databricks-demo';

/** Where the portal of the demo takes the authorization code. */
export const PORTAL_REDIRECT_URI =
  'http://localhost:7007/api/auth/oidc/handler/frame';

/** The two clients of the demo. Their secrets say that they are for the demo, so that a production start can refuse them. */
export function demoClients(redirectUris: string[]) {
  return [
    {
      client_id: PORTAL_CLIENT_ID,
      client_name: 'modelops portal',
      client_secret: 'modelops-demo-portal-secret',
      redirect_uris: [PORTAL_REDIRECT_URI, ...redirectUris],
      response_types: ['code' as const],
      grant_types: ['authorization_code', 'refresh_token'],
    },
    {
      client_id: WORKLOAD_CLIENT_ID,
      client_secret: 'modelops-demo-reader-secret',
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
    },
  ];
}
