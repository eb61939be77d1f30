import { useCallback, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import { modelopsIdTokenApiRef } from '../idTokenApi';

/** Lets the person sign in with the identity provider, then goes on with `onSignedIn`. */
export function useSignIn(onSignedIn: () => void) {
  const idTokenApi = useApi(modelopsIdTokenApiRef);
  const [signingIn, setSigningIn] = useState(false);
  const [error, setError] = useState<Error>();
  const signIn = useCallback(async () => {
    setSigningIn(true);
    setError(undefined);
    try {
      await idTokenApi.getIdToken();
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error(String(caught)));
      return;
    } finally {
      setSigningIn(false);
    }
    onSignedIn();
  }, [idTokenApi, onSignedIn]);
  return { signIn, signingIn, error };
}
