import { useApi } from '@backstage/frontend-plugin-api';
import {
  type ModelopsApi,
  ModelopsError,
} from 'backstage-plugin-modelops-common';
import { modelopsIdTokenApiRef } from '../idTokenApi';
import { type LiveReadRecipe, useLiveRead } from './useLiveRead';

/**
 * Reads from the platform as the person, by itself and so without asking anybody to sign in: a dialog that opens by
 * itself is a bad surprise. Without an ID token it fails with `identity-missing`, which the notice of an error offers to
 * cure.
 */
export function usePersonRead<T>(recipe: LiveReadRecipe<T> | undefined) {
  const idTokenApi = useApi(modelopsIdTokenApiRef);
  return useLiveRead<T>(
    recipe && {
      ...recipe,
      read: async (api: ModelopsApi) => {
        const token = await idTokenApi
          .getIdToken({ optional: true })
          .catch(() => undefined);
        if (!token) {
          throw new ModelopsError(
            401,
            'identity-missing',
            'The platform does not know you yet. Sign in with your identity provider, and it is read as you.',
          );
        }
        return recipe.read(api);
      },
    },
  );
}
