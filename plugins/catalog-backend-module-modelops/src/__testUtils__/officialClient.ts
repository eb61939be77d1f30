import { Config, WorkspaceClient } from '@databricks/sdk-experimental';
import type { Person, Simulators } from 'modelops-simulators';

/** Databricks' own client, signed in to the same workspace as the portal. `loaders: []` keeps the machine's settings out. */
export async function officialClientOf(
  simulators: Simulators,
  person: Person,
): Promise<WorkspaceClient> {
  const { host } = simulators.databricks;
  const answer = await fetch(`${host}/oidc/v1/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: await simulators.idp.signIdToken(person),
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      scope: 'all-apis',
    }),
  });
  const { access_token: token } = await answer.json();
  return new WorkspaceClient(
    new Config({
      host,
      loaders: [],
      credentials: {
        name: 'pat',
        configure: async () => async headers =>
          headers.set('authorization', `Bearer ${token}`),
      },
    }),
  );
}
