import { OAuth2Client } from 'google-auth-library';
import type { Simulators } from '../attachSimulators';
import type { Person } from '../people';
import { googleTokenOf } from '../testing/googleCallers';

/**
 * Google's libraries load their fetch with `import()`, which jest has not; where there is a `window` they take its
 * fetch. To be called before their first request.
 */
export function lendFetchToGoogleLibraries(): void {
  (globalThis as { window?: unknown }).window = { fetch: globalThis.fetch };
}

/** Options for any client of @google-cloud/aiplatform: REST at the simulator, with an access token. */
export function officialOptionsWith(
  simulators: Simulators,
  accessToken: string,
) {
  const { hostname, port } = new URL(simulators.google.host);
  const authClient = new OAuth2Client({
    transporterOptions: { fetchImplementation: globalThis.fetch },
  });
  authClient.setCredentials({ access_token: accessToken });
  return {
    apiEndpoint: hostname,
    port: Number(port),
    protocol: 'http',
    fallback: true as const,
    // The clients come with a google-auth-library of their own.
    authClient: authClient as any,
  };
}

/** The same as a person of the demo. */
export async function officialOptionsOf(
  simulators: Simulators,
  person: Person,
) {
  return officialOptionsWith(
    simulators,
    await googleTokenOf(simulators, person),
  );
}
