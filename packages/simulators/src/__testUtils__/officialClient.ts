import { Config, WorkspaceClient } from '@databricks/sdk-experimental';
import { ApiError } from '@databricks/sdk-experimental/dist/apierr';
import type { Simulators } from '../attachSimulators';
import type { Person } from '../people';
import { accessTokenOf } from '../testing/callers';

/** The official client with an access token. `loaders: []` keeps the machine's own Databricks settings out. */
export function officialClientWith(
  simulators: Simulators,
  accessToken: string,
): WorkspaceClient {
  return new WorkspaceClient(
    new Config({
      host: simulators.databricks.host,
      loaders: [],
      credentials: {
        name: 'pat',
        configure: async () => async headers =>
          headers.set('authorization', `Bearer ${accessToken}`),
      },
    }),
  );
}

/** The official client as a person of the demo. */
export async function officialClientOf(
  simulators: Simulators,
  person: Person,
): Promise<WorkspaceClient> {
  return officialClientWith(
    simulators,
    await accessTokenOf(simulators, person),
  );
}

/** The error that a call of the official client ends with. */
export async function refusalOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    refused => refused,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

/** All items of a list, over its pages. */
export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}
