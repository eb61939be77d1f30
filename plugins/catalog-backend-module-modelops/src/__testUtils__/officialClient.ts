import { Config, WorkspaceClient } from '@databricks/sdk-experimental';
import {
  accessTokenOf,
  type Person,
  type Simulators,
} from 'modelops-simulators';

/** Databricks' own client, signed in to the same workspace as the portal. `loaders: []` keeps the machine's settings out. */
export async function officialClientOf(
  simulators: Simulators,
  person: Person,
): Promise<WorkspaceClient> {
  const { host } = simulators.databricks;
  const token = await accessTokenOf(simulators, person);
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
