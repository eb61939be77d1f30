import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { renderTestApp } from '@backstage/frontend-test-utils';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import plugin from './index';
import { modelopsApiRef } from './api';
import { modelopsIdTokenApiRef } from './idTokenApi';
import { type FakeModelopsApi, fakeModelopsApi } from './__testUtils__/fakeApi';
import {
  access,
  administrator,
  sampleModel,
  sampleServing,
  sampleVersions,
  servedModel,
} from './__testUtils__/samples';

let api: FakeModelopsApi;
beforeEach(() => {
  api = fakeModelopsApi();
});

const withFakeApi = () =>
  plugin.withOverrides({
    extensions: [
      plugin.getExtension('api:modelops/client').override({
        params: define =>
          define({ api: modelopsApiRef, deps: {}, factory: () => api }),
      }),
      plugin.getExtension('api:modelops/id-token').override({
        params: define =>
          define({
            api: modelopsIdTokenApiRef,
            deps: {},
            factory: () => ({ getIdToken: async () => 'token' }),
          }),
      }),
    ],
  });

function entity(annotations: Record<string, string>) {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'fraud-detector', namespace: 'default', annotations },
  };
}

describe('the plugin in an app of the new system', () => {
  it.each(['modelops/train', 'modelops/model'])(
    'puts Train on the page of an entity with %s',
    async annotation => {
      api.getModel.mockResolvedValue(sampleModel());
      renderTestApp({
        features: [withFakeApi()],
        extensions: [
          createTestEntityPage({ entity: entity({ [annotation]: 'a:b/c' }) }),
        ],
      });
      expect(
        await screen.findByRole('region', { name: 'Train' }),
      ).toBeVisible();
      expect(
        await screen.findByRole('button', { name: 'Train' }),
      ).toBeEnabled();
    },
  );

  it('puts Deploy and Serve on the page of an entity that is deployed', async () => {
    api.getModel.mockResolvedValue(servedModel());
    api.getServing.mockResolvedValue(sampleServing());
    renderTestApp({
      features: [withFakeApi()],
      extensions: [
        createTestEntityPage({
          entity: entity({ 'modelops/deploy': 'a:b/c' }),
        }),
      ],
    });
    expect(await screen.findByRole('button', { name: 'Deploy' })).toBeEnabled();
    expect(
      await screen.findByRole('list', { name: 'Traffic now' }),
    ).toBeVisible();
    expect(api.getModel).toHaveBeenCalledTimes(1);
  });

  it('has the tab Versions for an entity with a registry', async () => {
    api.getModel.mockResolvedValue(servedModel());
    api.getServing.mockResolvedValue(sampleServing());
    api.listVersions.mockResolvedValue(sampleVersions());
    renderTestApp({
      features: [withFakeApi()],
      extensions: [
        createTestEntityPage({ entity: entity({ 'modelops/model': 'a:b/c' }) }),
      ],
    });
    expect(
      await screen.findByRole('table', { name: /^Versions of this model/ }),
    ).toBeVisible();
  });

  it('leaves other entities alone', async () => {
    renderTestApp({
      features: [withFakeApi()],
      extensions: [createTestEntityPage({ entity: entity({ other: 'x' }) })],
    });
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(
      screen.queryByRole('region', { name: 'Train' }),
    ).not.toBeInTheDocument();
    expect(api.getModel).not.toHaveBeenCalled();
  });

  it('shows the tab Audit to who may read the ledger', async () => {
    api.getAccess.mockResolvedValue(access);
    api.listRuns.mockResolvedValue({ items: [] });
    api.listAudit.mockResolvedValue({ items: [] });
    renderTestApp({
      features: [withFakeApi()],
      initialRouteEntries: ['/modelops'],
    });
    expect(
      await screen.findByText(/No run that you may see/),
    ).toBeInTheDocument();
    await userEvent.click(await screen.findByRole('tab', { name: 'Audit' }));
    expect(
      await screen.findByText('No entry matches these filters.'),
    ).toBeInTheDocument();
  });

  it('hides the tab Audit from others, and tells them why at its address', async () => {
    api.getAccess.mockResolvedValue({ ...access, audit: false });
    renderTestApp({
      features: [withFakeApi()],
      initialRouteEntries: ['/modelops/audit'],
    });
    expect(
      await screen.findByText(/The audit ledger is open to people/),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('tab', { name: 'Audit' }),
    ).not.toBeInTheDocument();
    expect(api.listAudit).not.toHaveBeenCalled();
  });

  it('tells who may administer that the changed roles are not in effect', async () => {
    api.getAccess.mockResolvedValue(administrator);
    api.listRuns.mockResolvedValue({ items: [] });
    renderTestApp({
      features: [withFakeApi()],
      initialRouteEntries: ['/modelops'],
    });
    expect(await screen.findByRole('note')).toHaveTextContent(
      'The changed roles are not in effect',
    );
  });
});
