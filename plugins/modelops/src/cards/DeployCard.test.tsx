import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ModelopsError } from 'backstage-plugin-modelops-common';
import {
  type FakeModelopsApi,
  fakeModelopsApi,
} from '../__testUtils__/fakeApi';
import { renderWithApis } from '../__testUtils__/renderWithApis';
import {
  changeForm,
  ENDPOINT,
  ENTITY_REF,
  FOREIGN,
  sampleRun,
  sampleVersions,
  servedModel,
  servedVersion,
  TARGET,
} from '../__testUtils__/samples';
import { DeployCard } from './DeployCard';

const PROPERTIES = {
  traffic: { type: 'integer', minimum: 0, maximum: 100 },
  size: { type: 'string', title: 'Size', enum: ['Small', 'Large'] },
} as const;

const deployForm = (
  served = [servedVersion('2', 80), FOREIGN],
  change: Parameters<typeof changeForm>[3] = {},
) =>
  changeForm(
    'deploy',
    {
      traffic: { ...PROPERTIES.traffic },
      size: { ...PROPERTIES.size, enum: ['Small', 'Large'] },
    },
    served,
    { defaults: { size: 'Small' }, ...change },
  );

let api: FakeModelopsApi;
beforeEach(() => {
  api = fakeModelopsApi();
  api.getModel.mockResolvedValue(servedModel());
  api.getForm.mockResolvedValue(deployForm());
  api.listVersions.mockResolvedValue(sampleVersions());
});

const show = () => renderWithApis(<DeployCard entityRef={ENTITY_REF} />, api);
const deployButton = () => screen.findByRole('button', { name: 'Deploy' });
const open = async () => {
  show();
  await userEvent.click(await deployButton());
  const dialog = await screen.findByRole('dialog', {
    name: 'Deploy Fraud detector',
  });
  await within(dialog).findByRole('combobox', { name: 'Version' });
  return within(dialog);
};
const rowsOf = (dialog: ReturnType<typeof within>) =>
  within(dialog.getByRole('table', { name: 'Traffic now and then' }))
    .getAllByRole('row')
    .slice(1)
    .map(row => row.textContent);

describe('DeployCard', () => {
  it('shows where it deploys to and that nothing was deployed', async () => {
    show();
    expect(await screen.findByText('endpoint/fraud-detector')).toBeVisible();
    expect(screen.getByText(/Nothing was deployed here/)).toBeVisible();
  });

  it('says why a person may not', async () => {
    api.getModel.mockResolvedValue(
      servedModel(
        {},
        {
          deploy: {
            allowed: false,
            reason: { code: 'role-missing', message: 'Ask group:ml for it.' },
          },
        },
      ),
    );
    show();
    expect(await deployButton()).toBeDisabled();
    expect(await deployButton()).toHaveAccessibleDescription(
      'Ask group:ml for it.',
    );
  });

  it('says which annotation is missing', async () => {
    api.getModel.mockResolvedValue(servedModel({ actions: [], problems: [] }));
    show();
    expect(await screen.findByText('modelops/deploy')).toBeVisible();
  });

  it('lets one of several endpoints be chosen', async () => {
    const model = servedModel();
    const deploy = model.actions.find(one => one.operation === 'deploy')!;
    const staging = { ...ENDPOINT, resource: 'endpoint/fraud-staging' };
    api.getModel.mockResolvedValue({
      ...model,
      actions: [...model.actions, { ...deploy, binding: staging }],
    });
    show();
    await userEvent.selectOptions(
      await screen.findByRole('combobox', { name: 'Endpoint' }),
      'databricks-demo:endpoint/fraud-staging',
    );
    await userEvent.click(await deployButton());
    await waitFor(() =>
      expect(api.getForm).toHaveBeenCalledWith(ENTITY_REF, 'deploy', {
        operation: 'deploy',
        target: 'databricks-demo:endpoint/fraud-staging',
      }),
    );
  });

  it('says clearly that an update failed, with the way to its log', async () => {
    api.getModel.mockResolvedValue(
      servedModel(
        {},
        {
          deploy: {
            lastRun: sampleRun({
              action: 'deploy',
              operation: 'deploy',
              version: '4',
              resource: 'endpoint/fraud-detector',
              state: 'failed',
              failure: {
                code: 'deployment-failed',
                message: 'The container did not start.',
              },
            }),
          },
        },
      ),
    );
    show();
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Deploy of version 4 failed');
    expect(alert).toHaveTextContent('Look at what is served now');
    expect(within(alert).getByRole('button', { name: 'Log' })).toBeEnabled();
  });
});

describe('Deploying', () => {
  it('offers the ready versions with their aliases', async () => {
    const dialog = await open();
    const options = within(
      dialog.getByRole('combobox', { name: 'Version' }),
    ).getAllByRole('option');
    expect(options.map(option => option.textContent)).toEqual([
      '',
      '4',
      '2 (champion)',
    ]);
  });

  it('shows the shares now and then before it is confirmed, and names what stays', async () => {
    const dialog = await open();
    await userEvent.selectOptions(
      dialog.getByRole('combobox', { name: 'Version' }),
      '4',
    );
    expect(rowsOf(dialog)).toEqual([
      'Version 280 %0 %',
      'main.hr.ranker version 7 (another model, stays)20 %20 %',
      'Version 4not served80 %',
    ]);
    const percent = dialog.getByRole('textbox', {
      name: 'Percent of the traffic',
    });
    await userEvent.clear(percent);
    await userEvent.type(percent, '5');
    expect(dialog.getByRole('radio', { name: /As canary/ })).toBeChecked();
    expect(rowsOf(dialog)).toEqual([
      'Version 280 %75 %',
      'main.hr.ranker version 7 (another model, stays)20 %20 %',
      'Version 4not served5 %',
    ]);
    expect(dialog.getByText('main.hr.ranker')).toBeVisible();
  });

  it('sends version, share and the revision that was looked at, and gives the focus back', async () => {
    api.startRun.mockResolvedValue(
      sampleRun({
        action: 'deploy',
        operation: 'deploy',
        resource: 'endpoint/fraud-detector',
        version: '4',
        state: 'requested',
      }),
    );
    const dialog = await open();
    await userEvent.selectOptions(
      dialog.getByRole('combobox', { name: 'Version' }),
      '4',
    );
    await userEvent.click(dialog.getByRole('radio', { name: /As canary/ }));
    await userEvent.type(
      dialog.getByRole('textbox', { name: /^Reason/ }),
      'try it',
    );
    await userEvent.click(dialog.getByRole('button', { name: 'Deploy' }));
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    expect(api.startRun).toHaveBeenCalledWith(
      {
        entityRef: ENTITY_REF,
        action: 'deploy',
        operation: 'deploy',
        version: '4',
        target: TARGET,
        revision: 'r1',
        parameters: { size: 'Small', traffic: 10 },
        reason: 'try it',
      },
      expect.any(String),
    );
    expect(await screen.findByText('Deploy of version 4')).toBeVisible();
    expect(await deployButton()).toHaveFocus();
  });

  it('sends nothing without a version, or with more than other models leave', async () => {
    const dialog = await open();
    await userEvent.click(dialog.getByRole('button', { name: 'Deploy' }));
    expect(await dialog.findByRole('alert')).toHaveTextContent(
      'Choose a version.',
    );
    await userEvent.selectOptions(
      dialog.getByRole('combobox', { name: 'Version' }),
      '4',
    );
    const percent = dialog.getByRole('textbox', {
      name: 'Percent of the traffic',
    });
    await userEvent.clear(percent);
    await userEvent.type(percent, '90');
    expect(dialog.getByRole('alert')).toHaveTextContent(
      '90 % is more than the 80 % that other models leave',
    );
    await userEvent.click(dialog.getByRole('button', { name: 'Deploy' }));
    expect(api.startRun).not.toHaveBeenCalled();
  });

  it('reads what is served again when somebody changed it, says so, and keeps what was typed', async () => {
    api.startRun.mockRejectedValue(
      new ModelopsError(
        409,
        'serving-changed',
        'What fraud-detector serves was changed since you looked.',
      ),
    );
    const dialog = await open();
    await userEvent.selectOptions(
      dialog.getByRole('combobox', { name: 'Version' }),
      '4',
    );
    await userEvent.selectOptions(
      dialog.getByRole('combobox', { name: 'Size' }),
      'Large',
    );
    api.getForm.mockResolvedValue(
      deployForm([servedVersion('3', 100)], {
        serving: {
          state: 'ready',
          revision: 'r2',
          served: [servedVersion('3', 100)],
        },
      }),
    );
    await userEvent.click(dialog.getByRole('button', { name: 'Deploy' }));
    expect(await dialog.findByRole('alert')).toHaveTextContent(
      'What is served changed since you looked',
    );
    await waitFor(() =>
      expect(rowsOf(dialog)).toEqual([
        'Version 3100 %0 %',
        'Version 4not served100 %',
      ]),
    );
    expect(dialog.getByRole('combobox', { name: 'Size' })).toHaveValue('Large');
    api.startRun.mockResolvedValue(sampleRun());
    await userEvent.click(dialog.getByRole('button', { name: 'Deploy' }));
    await waitFor(() => expect(api.startRun).toHaveBeenCalledTimes(2));
    expect(api.startRun.mock.calls[1][0]).toMatchObject({
      version: '4',
      revision: 'r2',
      parameters: { size: 'Large', traffic: 100 },
    });
  });

  it('says that the form could not be read again', async () => {
    api.startRun.mockRejectedValue(
      new ModelopsError(409, 'serving-changed', 'It was changed.'),
    );
    const dialog = await open();
    await userEvent.selectOptions(
      dialog.getByRole('combobox', { name: 'Version' }),
      '4',
    );
    api.getForm.mockRejectedValueOnce(
      new ModelopsError(503, 'platform-unreachable', 'It does not answer.'),
    );
    await userEvent.click(dialog.getByRole('button', { name: 'Deploy' }));
    expect(
      await dialog.findByText('The form could not be read again'),
    ).toBeVisible();
    await userEvent.click(dialog.getByRole('button', { name: 'Try again' }));
    await waitFor(() =>
      expect(
        dialog.queryByText('The form could not be read again'),
      ).not.toBeInTheDocument(),
    );
    expect(dialog.getByRole('combobox', { name: 'Version' })).toHaveValue('4');
  });

  it('shows no preview of what is no number, and says what is wrong', async () => {
    const dialog = await open();
    await userEvent.selectOptions(
      dialog.getByRole('combobox', { name: 'Version' }),
      '4',
    );
    const percent = dialog.getByRole('textbox', {
      name: 'Percent of the traffic',
    });
    await userEvent.clear(percent);
    expect(dialog.queryByText('What changes')).not.toBeInTheDocument();
    await userEvent.click(dialog.getByRole('button', { name: 'Deploy' }));
    expect(dialog.getByRole('alert')).toHaveTextContent(
      'Traffic: Needs a value',
    );
    await userEvent.type(percent, '10,5');
    expect(dialog.queryByText('What changes')).not.toBeInTheDocument();
    expect(dialog.getByRole('alert')).toHaveTextContent(
      'Traffic: Has to be a number',
    );
    expect(api.startRun).not.toHaveBeenCalled();
  });

  it('says that the endpoint is created', async () => {
    api.getForm.mockResolvedValue(
      deployForm([], { serving: { state: 'absent', served: [] } }),
    );
    const dialog = await open();
    expect(
      dialog.getByText(/The endpoint does not exist yet. It is created/),
    ).toBeVisible();
    api.startRun.mockReturnValue(new Promise(() => {}));
    await userEvent.selectOptions(
      dialog.getByRole('combobox', { name: 'Version' }),
      '4',
    );
    await userEvent.click(dialog.getByRole('button', { name: 'Deploy' }));
    // Somebody else may create it meanwhile.
    expect(api.startRun).toHaveBeenCalledWith(
      expect.objectContaining({ revision: 'absent' }),
      expect.any(String),
    );
  });
});
