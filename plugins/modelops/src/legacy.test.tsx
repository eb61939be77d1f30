import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Route } from 'react-router-dom';
import { FlatRoutes } from '@backstage/core-app-api';
import {
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { renderInTestApp, TestApiProvider } from '@backstage/test-utils';
import { modelopsApiRef } from './api';
import { modelopsIdTokenApiRef } from './idTokenApi';
import {
  EntityDeployCard,
  EntityMlRunsContent,
  EntityServeCard,
  EntityTrainCard,
  EntityVersionsContent,
  isModelopsAvailable,
  ModelopsPage,
  modelopsPlugin,
} from './index';
import { type FakeModelopsApi, fakeModelopsApi } from './__testUtils__/fakeApi';
import {
  access,
  administrator,
  sampleModel,
  sampleRun,
  sampleServing,
  sampleVersions,
  servedModel,
} from './__testUtils__/samples';

const entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'fraud-detector',
    namespace: 'default',
    annotations: { 'modelops/train': 'databricks-demo:job/8123' },
  },
};

let api: FakeModelopsApi;
beforeEach(() => {
  api = fakeModelopsApi();
});

const show = (element: JSX.Element) =>
  renderInTestApp(
    <TestApiProvider
      apis={[
        [modelopsApiRef, api],
        [modelopsIdTokenApiRef, { getIdToken: async () => 'token' }],
      ]}
    >
      <EntityProvider entity={entity}>
        <FlatRoutes>
          <Route path="/here" element={element} />
        </FlatRoutes>
      </EntityProvider>
    </TestApiProvider>,
    {
      routeEntries: ['/here'],
      mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef },
    },
  );

describe('the plugin in an app of the legacy system', () => {
  it('offers the client and the ID token', () => {
    expect(
      [...modelopsPlugin.getApis()].map(factory => factory.api.id),
    ).toEqual(['plugin.modelops.client', 'plugin.modelops.id-token']);
  });

  it('has the card Train', async () => {
    api.getModel.mockResolvedValue(sampleModel());
    await show(<EntityTrainCard />);
    expect(await screen.findByRole('button', { name: 'Train' })).toBeEnabled();
  });

  it('has the card Deploy', async () => {
    api.getModel.mockResolvedValue(servedModel());
    await show(<EntityDeployCard />);
    expect(await screen.findByRole('button', { name: 'Deploy' })).toBeEnabled();
  });

  it('has the card Serve', async () => {
    api.getModel.mockResolvedValue(servedModel());
    api.getServing.mockResolvedValue(sampleServing());
    await show(<EntityServeCard />);
    expect(
      await screen.findByRole('list', { name: 'Traffic now' }),
    ).toBeVisible();
  });

  it('has the tab Versions', async () => {
    api.getModel.mockResolvedValue(servedModel());
    api.listVersions.mockResolvedValue(sampleVersions());
    await show(<EntityVersionsContent />);
    expect(
      await screen.findByRole('table', { name: /^Versions of this model/ }),
    ).toBeVisible();
  });

  it('has the tab ML runs', async () => {
    api.listRuns.mockResolvedValue({ items: [sampleRun({ state: 'failed' })] });
    await show(<EntityMlRunsContent />);
    expect(await screen.findByRole('table')).toBeInTheDocument();
  });

  it('has the page, with the tab Audit for who may read the ledger', async () => {
    api.getAccess.mockResolvedValue(access);
    api.listRuns.mockResolvedValue({ items: [] });
    api.listAudit.mockResolvedValue({ items: [] });
    await show(<ModelopsPage />);
    expect(
      await screen.findByText(/No run that you may see/),
    ).toBeInTheDocument();
    await userEvent.click(await screen.findByRole('tab', { name: 'Audit' }));
    expect(
      await screen.findByText('No entry matches these filters.'),
    ).toBeInTheDocument();
  });

  it('hides the tab Audit from others', async () => {
    api.getAccess.mockResolvedValue({ ...access, audit: false });
    api.listRuns.mockResolvedValue({ items: [] });
    await show(<ModelopsPage />);
    expect(
      await screen.findByRole('tab', { name: 'Runs' }),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('tab', { name: 'Audit' }),
    ).not.toBeInTheDocument();
  });

  it('tells who may administer that the changed roles are not in effect', async () => {
    api.getAccess.mockResolvedValue(administrator);
    api.listRuns.mockResolvedValue({ items: [] });
    await show(<ModelopsPage />);
    expect(await screen.findByRole('note')).toHaveTextContent(
      'The changed roles are not in effect',
    );
  });

  it('knows which entities are models', () => {
    expect(isModelopsAvailable(entity)).toBe(true);
    expect(isModelopsAvailable({ ...entity, metadata: { name: 'x' } })).toBe(
      false,
    );
  });
});
