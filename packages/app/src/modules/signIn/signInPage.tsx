import { SignInPage } from '@backstage/core-components';
import { SignInPageBlueprint } from '@backstage/plugin-app-react';
import { OIDC_PROVIDER, oidcAuthApiRef } from './oidcAuthApi';

/**
 * Resumes a session that is still alive without asking. It does not set `auto`, which would open the popup by itself:
 * browsers block that, and right after a sign-out it would bring the same person back.
 */
export const signInPage = SignInPageBlueprint.make({
  params: {
    loader: async () => props =>
      (
        <SignInPage
          {...props}
          provider={{
            id: OIDC_PROVIDER.id,
            title: OIDC_PROVIDER.title,
            message: 'Use your Acme account',
            apiRef: oidcAuthApiRef,
          }}
        />
      ),
  },
});
