import {
  refusal,
  type Connection,
  type ExchangeRequest,
  type IssuedToken,
} from 'backstage-plugin-modelops-node';
import { DatabricksClient } from './databricksClient';
import { isSamePrincipal } from './databricksRunMatch';
import { meSchema } from './databricksSchemas';
import type { DatabricksSettings } from './databricksSettings';

/**
 * Asks the workspace whom a credential belongs to, and throws for anybody but the wanted principal: a policy that maps the
 * token to somebody else must not let one person act as another.
 * @internal
 */
export async function confirmPrincipal(
  { wanted: { kind }, signal }: ExchangeRequest,
  connection: Connection<DatabricksSettings>,
  issued: IssuedToken,
  wanted: string,
): Promise<string> {
  const client = new DatabricksClient(connection);
  const request = {
    path: '/api/2.0/preview/scim/v2/Me',
    target: 'the name of the principal',
    needs: 'workspace access, and the scope iam.current-user:read',
  };
  const credential = {
    accessToken: issued.token,
    principal: wanted,
    confirmed: false,
    expiresAt: issued.expiresAt,
  };
  const response = await client.send({ credential, signal }, request, {
    method: 'GET',
    repeat: 'read',
  });
  const { workspaceId } = connection.settings;
  if (
    workspaceId &&
    response.headers.get('x-databricks-org-id') !== workspaceId
  )
    throw refusal(
      connection.id,
      'platform-identity-mismatch',
      `${connection.id} is not the workspace ${workspaceId}. Check host and workspaceId of the connection. Nothing was started.`,
    );
  const { userName } = client.parse(response, request, meSchema);
  if (isSamePrincipal(userName, wanted)) return userName;
  throw refusal(
    connection.id,
    'platform-identity-mismatch',
    `${connection.id} takes the token for somebody else than ${
      kind === 'person' ? 'you' : 'the service principal'
    } (${wanted}). Check the subject claim of its federation policy. Nothing was started.`,
  );
}
