import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type {
  ModelVersionDetail,
  ModelVersions,
} from 'backstage-plugin-modelops-common';
import {
  deferred,
  type FakeModelopsApi,
  fakeModelopsApi,
} from '../__testUtils__/fakeApi';
import { renderWithApis } from '../__testUtils__/renderWithApis';
import {
  changeForm,
  ENTITY_REF,
  MODEL_BINDING,
  sampleRun,
  sampleVersion,
  sampleVersions,
  servedModel,
  TARGET,
} from '../__testUtils__/samples';
import { VersionsOf } from './VersionsOf';

let api: FakeModelopsApi;
beforeEach(() => {
  api = fakeModelopsApi();
  api.getModel.mockResolvedValue(servedModel());
  api.listVersions.mockResolvedValue(sampleVersions());
  api.getVersion.mockImplementation(async (_, version) => detail(version));
});

function detail(
  version: string,
  parameters: Record<string, string> = { epochs: version, seed: '7' },
): ModelVersionDetail {
  return {
    ...sampleVersion(version),
    parameters,
    freshness: { readAt: '2026-11-21T10:00:00.000Z' },
  };
}

const show = () => renderWithApis(<VersionsOf entityRef={ENTITY_REF} />, api);
const rows = async () => {
  const table = await screen.findByRole('table', {
    name: 'Versions of this model, newest first',
  });
  return within(table).getAllByRole('row').slice(1);
};
const openDetails = async (version: string) => {
  show();
  await userEvent.click(
    await screen.findByRole('button', {
      name: `Details of version ${version}`,
    }),
  );
  return within(
    await screen.findByRole('dialog', { name: `Version ${version}` }),
  );
};
const choose = async (...versions: string[]) => {
  for (const version of versions) {
    await userEvent.click(
      await screen.findByRole('checkbox', {
        name: `Compare version ${version}`,
      }),
    );
  }
};

describe('Versions', () => {
  it('lists versions with aliases, state, three metrics, source and where they are served', async () => {
    show();
    const [first, second, third] = await rows();
    expect(first).toHaveTextContent('accuracy: 0.94');
    expect(first).toHaveTextContent('loss: not a number');
    expect(first).not.toHaveTextContent('recall');
    expect(
      within(first).getByRole('link', { name: /run run-4/ }),
    ).toHaveAttribute('href', 'https://dbc/ml/run-4');
    expect(first).toHaveTextContent('job run 77 (started here)');
    expect(second).toHaveTextContent('Being registered');
    expect(third).toHaveTextContent('champion');
    expect(third).toHaveTextContent(`${TARGET}: 100 %`);
  });

  it('says how old an answer is that the registry gave no newer one of', async () => {
    api.listVersions.mockResolvedValue(
      sampleVersions({
        freshness: {
          readAt: new Date(Date.now() - 190_000).toISOString(),
          failure: {
            code: 'platform-unreachable',
            message: 'databricks-demo does not answer.',
          },
        },
      }),
    );
    show();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'read 3 minutes ago: databricks-demo does not answer.',
    );
    expect(await rows()).toHaveLength(3);
  });

  it('says that it was not read as the person', async () => {
    api.listVersions.mockResolvedValue(sampleVersions({ readAs: 'reader' }));
    show();
    expect(await screen.findByRole('note')).toHaveTextContent(
      "Read as the portal's own reader of databricks-demo, not as you",
    );
  });

  it('turns pages on the server', async () => {
    api.listVersions.mockResolvedValueOnce(
      sampleVersions({ nextCursor: 'next' }),
    );
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Older' }));
    await waitFor(() =>
      expect(api.listVersions).toHaveBeenLastCalledWith(ENTITY_REF, {
        cursor: 'next',
      }),
    );
  });

  it('keeps the way back while a page is read, and when it cannot be', async () => {
    const older = deferred<ModelVersions>();
    api.listVersions.mockImplementation(async (_, query) =>
      query?.cursor ? older.promise : sampleVersions({ nextCursor: 'next' }),
    );
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Older' }));
    expect(await screen.findByText('Loading versions')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Older' })).toHaveFocus();
    await act(async () => older.reject(new Error('no answer')));
    expect(screen.getByRole('alert')).toHaveTextContent('no answer');
    await userEvent.click(screen.getByRole('button', { name: 'Newer' }));
    expect(await rows()).toHaveLength(3);
  });

  it('says why a person may not, and reads nothing', async () => {
    api.getModel.mockResolvedValue(
      servedModel({
        versions: {
          allowed: false,
          reason: { code: 'role-missing', message: 'Ask group:ml.' },
        },
      }),
    );
    show();
    expect(await screen.findByText('Ask group:ml.')).toBeVisible();
    expect(api.listVersions).not.toHaveBeenCalled();
  });

  it('says what is wrong with the annotation', async () => {
    api.getModel.mockResolvedValue(
      servedModel({
        model: undefined,
        versions: undefined,
        problems: [
          {
            role: 'model',
            annotation: 'modelops/model',
            code: 'binding-malformed',
            message: 'Write it as <connection>:model/<name>',
          },
        ],
      }),
    );
    show();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Write it as <connection>:model/<name>',
    );
  });

  it('says that there is none yet', async () => {
    api.listVersions.mockResolvedValue(sampleVersions({ items: [] }));
    show();
    expect(
      await screen.findByText(/has no version of this model/),
    ).toBeVisible();
  });

  it('plots a metric over the versions, oldest first, with the same in words', async () => {
    show();
    expect(
      await screen.findByRole('img', {
        name: 'accuracy over versions. version 2: 0.92, version 3: 0.93, version 4: 0.94',
      }),
    ).toBeVisible();
    await userEvent.selectOptions(
      screen.getByRole('combobox', { name: 'Metric' }),
      'recall',
    );
    expect(
      screen.getByRole('img', { name: /^recall over versions/ }),
    ).toBeVisible();
  });
});

describe('Comparison', () => {
  const compare = async (...versions: string[]) => {
    show();
    await choose(...versions);
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }));
    const dialog = within(await screen.findByRole('dialog'));
    await dialog.findByRole('table', { name: /Parameters and metrics/ });
    return dialog;
  };
  const lines = (dialog: ReturnType<typeof within>) =>
    within(dialog.getByRole('table', { name: /Parameters and metrics/ }))
      .getAllByRole('row')
      .map(row => [...row.children].map(cell => cell.textContent).join(' | '));

  it('needs two to five versions', async () => {
    show();
    const button = await screen.findByRole('button', { name: 'Compare' });
    expect(button).toBeDisabled();
    expect(button).toHaveAccessibleDescription(
      'Select 2 to 5 versions to compare them.',
    );
    await choose('4');
    expect(button).toBeDisabled();
    await choose('2');
    expect(button).toBeEnabled();
    expect(button).toHaveAccessibleDescription('Selected: 4, 2.');
  });

  it('shows what differs first, and says what is missing', async () => {
    api.getVersion.mockImplementation(async (_, version) =>
      detail(
        version,
        version === '4'
          ? { seed: '7', epochs: '9', optimizer: 'adam' }
          : { seed: '7', epochs: '5' },
      ),
    );
    const dialog = await compare('4', '2');
    expect(lines(dialog)).toEqual([
      'Name | Version 4 | Version 2',
      'Parameters',
      'epochs (differs) | 9 | 5',
      'optimizer (differs) | adam | not given',
      'seed | 7 | 7',
      'Metrics',
      'accuracy (differs) | 0.94 | 0.92',
      'auc | 0.8 | 0.8',
      'loss | not a number | not a number',
      'recall | 0.7 | 0.7',
    ]);
    await userEvent.click(
      dialog.getByRole('checkbox', { name: 'Show only differences' }),
    );
    expect(lines(dialog)).toEqual([
      'Name | Version 4 | Version 2',
      'Parameters',
      'epochs (differs) | 9 | 5',
      'optimizer (differs) | adam | not given',
      'Metrics',
      'accuracy (differs) | 0.94 | 0.92',
    ]);
  });

  it('gives the focus back', async () => {
    const dialog = await compare('4', '2');
    await userEvent.click(dialog.getByRole('button', { name: 'Close' }));
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Compare' })).toHaveFocus(),
    );
  });
});

describe('One version', () => {
  it('shows all its metrics and what it was trained with', async () => {
    const panel = await openDetails('4');
    expect(await panel.findByText('epochs')).toBeVisible();
    expect(panel.getByText('recall')).toBeVisible();
    expect(api.getVersion).toHaveBeenCalledWith(ENTITY_REF, '4');
  });

  it('opens the deployment with it', async () => {
    api.getForm.mockResolvedValue(changeForm('deploy', {}, []));
    const panel = await openDetails('4');
    await userEvent.click(panel.getByRole('button', { name: 'Deploy…' }));
    const dialog = within(
      await screen.findByRole('dialog', { name: 'Deploy Fraud detector' }),
    );
    expect(
      await dialog.findByRole('combobox', { name: 'Version' }),
    ).toHaveValue('4');
    expect(api.getForm).toHaveBeenCalledWith(ENTITY_REF, 'deploy', {
      operation: 'deploy',
      target: TARGET,
    });
  });

  it('cannot be deployed before it is ready, nor named by who may not', async () => {
    api.getModel.mockResolvedValue(
      servedModel(
        {},
        {
          'set-alias': {
            allowed: false,
            reason: { code: 'role-missing', message: 'Ask group:ml.' },
          },
        },
      ),
    );
    const panel = await openDetails('3');
    expect(
      panel.getByRole('button', { name: 'Deploy…' }),
    ).toHaveAccessibleDescription(
      'This can be done as soon as the version is ready.',
    );
    expect(
      panel.getByRole('button', { name: 'Set alias…' }),
    ).toHaveAccessibleDescription('Ask group:ml.');
  });

  it('gets an alias: says what moves, sends it, and follows the run', async () => {
    api.getForm.mockResolvedValue(
      changeForm(
        'set-alias',
        { alias: { type: 'string', title: 'Alias', pattern: '[a-z0-9_-]+' } },
        [],
        { serving: undefined, title: 'main.fraud.detector' },
      ),
    );
    api.startRun.mockResolvedValue(
      sampleRun({
        action: 'deploy',
        operation: 'set-alias',
        version: '4',
        resource: MODEL_BINDING.resource,
        state: 'requested',
      }),
    );
    const panel = await openDetails('4');
    await userEvent.click(panel.getByRole('button', { name: 'Set alias…' }));
    const dialog = within(
      await screen.findByRole('dialog', { name: 'Set an alias of version 4' }),
    );
    const alias = await dialog.findByRole('textbox', { name: /Alias/ });
    await userEvent.type(alias, 'no space');
    expect(alias).toBeInvalid();
    await userEvent.click(dialog.getByRole('button', { name: 'Set alias' }));
    expect(api.startRun).not.toHaveBeenCalled();
    await userEvent.clear(alias);
    await userEvent.type(alias, 'champion');
    expect(dialog.getByRole('status')).toHaveTextContent(
      'champion moves from 2 to 4.',
    );
    await userEvent.type(
      dialog.getByRole('textbox', { name: /^Reason/ }),
      'better',
    );
    await userEvent.click(dialog.getByRole('button', { name: 'Set alias' }));
    await waitFor(() =>
      expect(api.startRun).toHaveBeenCalledWith(
        {
          entityRef: ENTITY_REF,
          action: 'deploy',
          operation: 'set-alias',
          version: '4',
          parameters: { alias: 'champion' },
          reason: 'better',
        },
        expect.any(String),
      ),
    );
    expect(await screen.findByText('Set alias of version 4')).toBeVisible();
    await waitFor(() =>
      expect(
        screen.getByRole('button', { name: 'Details of version 4' }),
      ).toHaveFocus(),
    );
  });
});
