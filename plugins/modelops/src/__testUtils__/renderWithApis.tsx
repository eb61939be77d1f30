import type { ReactElement } from 'react';
import {
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import { modelopsApiRef } from '../api';
import { type ModelopsIdTokenApi, modelopsIdTokenApiRef } from '../idTokenApi';
import type { FakeModelopsApi } from './fakeApi';
import { entityRouteRef } from '@backstage/plugin-catalog-react';

/** Renders inside an app whose only backend is the fake. */
export function renderWithApis(
  element: ReactElement,
  api: FakeModelopsApi,
  idTokenApi: ModelopsIdTokenApi = { getIdToken: async () => 'token' },
) {
  return renderInTestApp(
    <TestApiProvider
      apis={[
        [modelopsApiRef, api],
        [modelopsIdTokenApiRef, idTokenApi],
      ]}
    >
      {element}
    </TestApiProvider>,
    {
      mountedRoutes: {
        '/catalog/:namespace/:kind/:name': entityRouteRef as any,
      },
    },
  );
}
