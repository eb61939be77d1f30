import { Page } from '@playwright/test';

/** What the portal's page in a browser can send to the backend. */
export interface BackendSession {
  /** Backstage's own token of the person. */
  backstageToken: string;
  /** The ID token of the OpenID provider. */
  idToken: string;
}

export interface ModelopsCall {
  method?: 'GET' | 'POST';
  /** Below `/api/modelops/v1`. */
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Takes the tokens of the person who is signed in there, in the way the page itself gets them. */
export async function readSession(page: Page): Promise<BackendSession> {
  const session = await page.evaluate(async () => {
    const response = await fetch(
      '/api/auth/oidc/refresh?optional&env=development',
      { headers: { 'X-Requested-With': 'XMLHttpRequest' } },
    );
    return response.json();
  });
  return {
    backstageToken: session.backstageIdentity.token,
    idToken: session.providerInfo.idToken,
  };
}

/** Calls our backend from inside the page, past everything our own code would do first. */
export async function callModelops(
  page: Page,
  session: BackendSession,
  call: ModelopsCall,
): Promise<{ status: number; body: any }> {
  return page.evaluate(
    async ([{ backstageToken, idToken }, { method, path, headers, body }]) => {
      const response = await fetch(`/api/modelops/v1${path}`, {
        method: method ?? 'GET',
        headers: {
          authorization: `Bearer ${backstageToken}`,
          'modelops-identity-token': idToken,
          'content-type': 'application/json',
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    },
    [session, call] as const,
  );
}
