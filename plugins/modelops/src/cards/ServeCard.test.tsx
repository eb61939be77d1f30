import {
  act,
  fireEvent,
  screen,
  waitFor,
  within,
} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  ModelopsError,
  type Prediction,
  type PredictionForm,
} from 'backstage-plugin-modelops-common';
import {
  deferred,
  type FakeModelopsApi,
  fakeModelopsApi,
} from '../__testUtils__/fakeApi';
import { renderWithApis } from '../__testUtils__/renderWithApis';
import {
  changeForm,
  ENDPOINT,
  ENTITY_REF,
  FOREIGN,
  sampleDetail,
  sampleRun,
  sampleServing,
  servedModel,
  servedVersion,
  TARGET,
} from '../__testUtils__/samples';
import { ServeCard } from './ServeCard';

let api: FakeModelopsApi;
beforeEach(() => {
  api = fakeModelopsApi();
  api.getModel.mockResolvedValue(servedModel());
  api.getServing.mockResolvedValue(sampleServing());
});
afterEach(() => {
  jest.useRealTimers();
});

const show = () => renderWithApis(<ServeCard entityRef={ENTITY_REF} />, api);
const button = (name: string | RegExp) => screen.findByRole('button', { name });
const serveRun = (change: Parameters<typeof sampleRun>[0] = {}) =>
  sampleRun({
    action: 'serve',
    operation: 'promote',
    resource: 'endpoint/fraud-detector',
    version: '4',
    state: 'requested',
    ...change,
  });

async function pass(milliseconds: number) {
  for (let passed = 0; passed < milliseconds; passed += 500) {
    await act(() => jest.advanceTimersByTimeAsync(500));
  }
}

describe('ServeCard', () => {
  it('shows state, shares and load', async () => {
    api.getServing.mockResolvedValue(
      sampleServing({
        served: [servedVersion('2', 70), servedVersion('4', 10), FOREIGN],
        load: {
          at: '2026-11-21T10:00:00.000Z',
          requestsPerMinute: 120,
          errorRate: 0.0125,
          latencyP50: 12.34567,
        },
      }),
    );
    show();
    const shares = await screen.findByRole('list', { name: 'Traffic now' });
    expect(
      within(shares)
        .getAllByRole('listitem')
        .map(item => item.textContent),
    ).toEqual([
      'Version 2: 70 %',
      'Version 4: 10 %',
      'main.hr.ranker version 7: 20 %',
    ]);
    expect(screen.getByText('Ready')).toBeVisible();
    expect(screen.getByText('120 per minute')).toBeVisible();
    expect(screen.getByText('1.25 %')).toBeVisible();
    expect(screen.getByText('12.3 ms')).toBeVisible();
    expect(screen.queryByText('Latency (p99)')).not.toBeInTheDocument();
    expect(api.getServing).toHaveBeenCalledWith(ENTITY_REF, { target: TARGET });
  });

  it('shows what is being rolled out beside what answers, and blocks changes with the reason', async () => {
    api.getServing.mockResolvedValue(
      sampleServing({
        state: 'updating',
        pending: { served: [servedVersion('4', 100)] },
      }),
    );
    show();
    const pending = await screen.findByRole('list', {
      name: 'Traffic once it is rolled out',
    });
    expect(pending).toHaveTextContent('Version 4: 100 %');
    const promote = await button('Promote version 4');
    expect(promote).toHaveAttribute('aria-disabled', 'true');
    expect(promote).toHaveAccessibleDescription(/A change is under way/);
    await userEvent.click(promote);
    expect(screen.queryByText('Confirm promotion')).not.toBeInTheDocument();
  });

  it('says that the newest change failed, and what the platform says of the old version', async () => {
    const WHAT_FAILED =
      'The image was not built. What was served before it still answers.';
    api.getServing.mockResolvedValue(
      sampleServing({ state: 'failed', message: WHAT_FAILED }),
    );
    show();
    expect((await screen.findByRole('alert')).textContent).toBe(WHAT_FAILED);
    expect(screen.getByText(/Version 2: 90 %/)).toBeVisible();
  });

  it('says how old an answer is that the platform gave no newer one of', async () => {
    api.getServing.mockResolvedValue(
      sampleServing({
        freshness: {
          readAt: new Date(Date.now() - 185_000).toISOString(),
          failure: {
            code: 'platform-unreachable',
            message: 'databricks-demo does not answer.',
          },
        },
      }),
    );
    show();
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(
      'read 3 minutes ago: databricks-demo does not answer.',
    );
  });

  it('says why a person may not look, and reads nothing', async () => {
    api.getModel.mockResolvedValue(
      servedModel({
        serving: [
          {
            binding: ENDPOINT,
            read: {
              allowed: false,
              reason: { code: 'role-missing', message: 'Ask group:ml.' },
            },
            predict: { allowed: false },
          },
        ],
      }),
    );
    show();
    expect(await screen.findByText('Ask group:ml.')).toBeVisible();
    expect(api.getServing).not.toHaveBeenCalled();
  });

  it('offers to sign in, and reads nothing before', async () => {
    api.getModel.mockResolvedValue(servedModel({ identified: false }));
    show();
    expect(await button('Sign in')).toBeEnabled();
    expect(api.getServing).not.toHaveBeenCalled();
  });

  it('never asks somebody to sign in by itself', async () => {
    const getIdToken = jest.fn(async () => undefined);
    renderWithApis(<ServeCard entityRef={ENTITY_REF} />, api, { getIdToken });
    expect(await button('Sign in')).toBeEnabled();
    expect(getIdToken).toHaveBeenCalledWith({ optional: true });
    expect(getIdToken).not.toHaveBeenCalledWith();
    expect(api.getServing).not.toHaveBeenCalled();
  });

  it('says which annotation sets it up', async () => {
    api.getModel.mockResolvedValue(servedModel({ serving: [] }));
    show();
    expect(await screen.findByText('modelops/serve')).toBeVisible();
  });

  it('blocks the changes of who may not, and says whom to ask', async () => {
    api.getModel.mockResolvedValue(
      servedModel(
        {},
        {
          traffic: {
            allowed: false,
            reason: { code: 'role-missing', message: 'Ask group:ml.' },
          },
        },
      ),
    );
    show();
    for (const name of [
      /^Promote version 4/,
      /^Change traffic/,
      /^Stop serving/,
    ]) {
      expect(await button(name)).toHaveAccessibleDescription('Ask group:ml.');
      expect(await button(name)).toHaveAttribute('aria-disabled', 'true');
    }
    expect(await button('Try it…')).toBeEnabled();
  });

  it('offers only what the resource does', async () => {
    api.getModel.mockResolvedValue(
      servedModel({}, { traffic: { operations: ['traffic'] } }),
    );
    show();
    expect(await button('Change traffic…')).toBeVisible();
    for (const name of [/Promote/, /Roll back/, /Stop serving/]) {
      expect(screen.queryByRole('button', { name })).not.toBeInTheDocument();
    }
  });

  it('reads once a minute, on request, and not more often', async () => {
    jest.useFakeTimers();
    show();
    await pass(1_000);
    expect(api.getServing).toHaveBeenCalledTimes(1);
    await pass(58_000);
    expect(api.getServing).toHaveBeenCalledTimes(1);
    await pass(3_000);
    expect(api.getServing).toHaveBeenCalledTimes(2);
  });

  it('reads again when a deployment ends', async () => {
    jest.useFakeTimers();
    const deploying = sampleRun({
      action: 'deploy',
      operation: 'deploy',
      version: '4',
      resource: 'endpoint/fraud-detector',
    });
    api.getModel.mockResolvedValueOnce(
      servedModel({}, { deploy: { lastRun: deploying } }),
    );
    api.getRun.mockResolvedValue(
      sampleDetail({
        ...deploying,
        state: 'succeeded',
        updatedAt: '2026-11-21T10:02:00.000Z',
      }),
    );
    show();
    await pass(1_000);
    expect(screen.getByText(/A change is under way/)).toBeInTheDocument();
    expect(api.getServing).toHaveBeenCalledTimes(1);
    await pass(4_000);
    expect(api.getServing).toHaveBeenCalledTimes(2);
    expect(screen.queryByText(/A change is under way/)).not.toBeInTheDocument();
  });
});

describe('Promote and Roll back', () => {
  it('promotes after a second click that shows what changes', async () => {
    api.startRun.mockResolvedValue(serveRun());
    show();
    await userEvent.click(await button('Promote version 4'));
    const question = screen.getByRole('group', { name: 'Promote version 4' });
    expect(question).toHaveFocus();
    expect(
      within(question)
        .getAllByRole('row')
        .slice(1)
        .map(row => row.textContent),
    ).toEqual(['Version 290 %0 %', 'Version 410 %100 %']);
    expect(api.startRun).not.toHaveBeenCalled();
    await userEvent.click(await button('Confirm promotion'));
    await waitFor(() =>
      expect(api.startRun).toHaveBeenCalledWith(
        {
          entityRef: ENTITY_REF,
          action: 'serve',
          operation: 'promote',
          version: '4',
          target: TARGET,
          revision: 'r1',
          parameters: {},
        },
        expect.any(String),
      ),
    );
    expect(await screen.findByText('Promote of version 4')).toBeVisible();
    expect(await button('Promote version 4')).toHaveFocus();
  });

  it('leaves all as it is on request, with the focus back', async () => {
    show();
    await userEvent.click(await button('Promote version 4'));
    await userEvent.click(await button('Leave it as it is'));
    expect(await button('Promote version 4')).toHaveFocus();
    expect(api.startRun).not.toHaveBeenCalled();
  });

  it('does not promote what has all', async () => {
    api.getServing.mockResolvedValue(
      sampleServing({
        served: [servedVersion('2', 0), servedVersion('4', 100)],
      }),
    );
    show();
    expect(await button('Promote version 2')).not.toHaveAttribute(
      'aria-disabled',
    );
    expect(await button('Promote version 4')).toHaveAttribute(
      'aria-disabled',
      'true',
    );
    expect(await button('Promote version 4')).toHaveAccessibleDescription(
      'It has all of the traffic already.',
    );
  });

  it('says what a roll back restores, and whose change it takes back', async () => {
    api.startRun.mockResolvedValue(serveRun({ operation: 'rollback' }));
    api.getServing.mockResolvedValue(
      sampleServing({
        rollback: {
          runId: '22222222-2222-4222-8222-222222222222',
          changedBy: 'user:default/ada',
          changedAt: new Date(Date.now() - 200_000).toISOString(),
          shares: { 'detector-2': 100, 'detector-4': 0 },
        },
      }),
    );
    show();
    await userEvent.click(await button('Roll back'));
    expect(screen.getByRole('group', { name: 'Roll back' })).toHaveTextContent(
      "Restores Version 2: 100 %, Version 4: 0 %, as before ada's change 3 minutes ago.",
    );
    await userEvent.click(await button('Confirm roll back'));
    await waitFor(() => expect(api.startRun).toHaveBeenCalled());
    expect(api.startRun.mock.calls[0][0]).toMatchObject({
      operation: 'rollback',
      parameters: { 'detector-2': 100, 'detector-4': 0 },
    });
  });

  it('says that there is nothing to take back', async () => {
    show();
    expect(await button('Roll back')).toHaveAccessibleDescription(
      'No change made here is left to take back.',
    );
  });

  it('reads again when what was confirmed is no longer so', async () => {
    api.startRun.mockRejectedValue(
      new ModelopsError(409, 'serving-changed', 'It was changed.'),
    );
    show();
    await userEvent.click(await button('Promote version 4'));
    api.getServing.mockResolvedValue(
      sampleServing({
        revision: 'r2',
        served: [servedVersion('2', 50), servedVersion('4', 50)],
      }),
    );
    await userEvent.click(await button('Confirm promotion'));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'What is served changed since you looked',
    );
    await waitFor(() =>
      expect(
        within(
          screen.getByRole('group', { name: 'Promote version 4' }),
        ).getAllByRole('row')[1],
      ).toHaveTextContent('Version 250 %0 %'),
    );
  });

  it('reads again once, not for ever, when what was confirmed is no longer so', async () => {
    api.startRun.mockRejectedValue(
      new ModelopsError(409, 'serving-changed', 'It was changed.'),
    );
    show();
    await userEvent.click(await button('Promote version 4'));
    expect(api.getServing).toHaveBeenCalledTimes(1);
    await userEvent.click(await button('Confirm promotion'));
    await waitFor(() => expect(api.getServing).toHaveBeenCalledTimes(2));
    await act(() => new Promise(resolve => setTimeout(resolve, 100)));
    expect(api.getServing).toHaveBeenCalledTimes(2);
  });

  it('stays open while the change is being sent', async () => {
    api.startRun.mockReturnValue(new Promise(() => {}));
    show();
    await userEvent.click(await button('Promote version 4'));
    await userEvent.click(await button('Confirm promotion'));
    const question = screen.getByRole('group', { name: 'Promote version 4' });
    fireEvent.keyDown(question, { key: 'Escape' });
    expect(question).toBeInTheDocument();
  });
});

describe('Traffic', () => {
  const open = async () => {
    api.getForm.mockResolvedValue(
      changeForm(
        'traffic',
        {
          'detector-2': { type: 'integer', minimum: 0, maximum: 100 },
          'detector-4': { type: 'integer', minimum: 0, maximum: 100 },
        },
        [servedVersion('2', 70), servedVersion('4', 10), FOREIGN],
      ),
    );
    show();
    await userEvent.click(await button('Change traffic…'));
    const dialog = within(
      await screen.findByRole('dialog', { name: 'Traffic of Fraud detector' }),
    );
    await dialog.findByRole('textbox', { name: 'Version 2, percent' });
    return dialog;
  };
  const type = async (
    dialog: ReturnType<typeof within>,
    version: string,
    text: string,
  ) => {
    const field = dialog.getByRole('textbox', {
      name: `Version ${version}, percent`,
    });
    await userEvent.clear(field);
    await userEvent.type(field, text);
  };

  it('shows the sum live, and sends nothing unless it is what other models leave', async () => {
    const dialog = await open();
    await type(dialog, '4', '20');
    expect(dialog.getByRole('status')).toHaveTextContent(
      'Sum: 90 % of 80 %. The shares make 90 %, and have to make 80 %, because other models have 20 % of this endpoint.',
    );
    await userEvent.click(
      dialog.getByRole('button', { name: 'Change traffic' }),
    );
    expect(await dialog.findByRole('alert')).toHaveTextContent(
      'The shares make 90 %',
    );
    expect(api.startRun).not.toHaveBeenCalled();
  });

  it('names what belongs to others, and sends the shares of the model', async () => {
    api.startRun.mockResolvedValue(serveRun({ operation: 'traffic' }));
    const dialog = await open();
    expect(
      dialog.getByText(/main.hr.ranker version 7 belongs to another model/),
    ).toBeVisible();
    await type(dialog, '2', '30');
    await type(dialog, '4', '50');
    expect(dialog.getByRole('status')).toHaveTextContent('Sum: 80 % of 80 %.');
    await userEvent.click(
      dialog.getByRole('button', { name: 'Change traffic' }),
    );
    await waitFor(() => expect(api.startRun).toHaveBeenCalled());
    expect(api.startRun.mock.calls[0][0]).toEqual({
      entityRef: ENTITY_REF,
      action: 'serve',
      operation: 'traffic',
      target: TARGET,
      revision: 'r1',
      parameters: { 'detector-2': 30, 'detector-4': 50 },
    });
  });
});

describe('Stop serving', () => {
  const open = async () => {
    show();
    await userEvent.click(await button('Stop serving…'));
    return within(
      await screen.findByRole('dialog', {
        name: 'Stop serving Fraud detector?',
      }),
    );
  };

  const choice = (dialog: ReturnType<typeof within>) =>
    dialog.getByRole('combobox', { name: 'What is taken off' });
  const choices = (dialog: ReturnType<typeof within>) =>
    within(choice(dialog))
      .getAllByRole('option')
      .map(option => option.textContent);

  it('says what follows when nothing is left', async () => {
    const dialog = await open();
    expect(
      dialog.getByText(
        'Nothing is left there then: whoever asks the endpoint gets an error, and a platform may delete it.',
      ),
    ).toBeVisible();
  });

  it('offers no version by itself where it is the only one', async () => {
    api.getServing.mockResolvedValue(
      sampleServing({ served: [servedVersion('4', 80), FOREIGN] }),
    );
    expect(choices(await open())).toEqual(['All versions of this model']);
  });

  it('takes all off when the version that was chosen is the only one left', async () => {
    api.startRun.mockRejectedValue(
      new ModelopsError(409, 'serving-changed', 'It was changed.'),
    );
    const dialog = await open();
    await userEvent.selectOptions(choice(dialog), '4');
    api.getServing.mockResolvedValue(
      sampleServing({ served: [servedVersion('4', 100)] }),
    );
    await userEvent.click(dialog.getByRole('button', { name: 'Stop serving' }));
    await waitFor(() =>
      expect(choices(dialog)).toEqual(['All versions of this model']),
    );
    await userEvent.click(dialog.getByRole('button', { name: 'Stop serving' }));
    await waitFor(() => expect(api.startRun).toHaveBeenCalledTimes(2));
    expect(api.startRun.mock.calls[1][0]).not.toHaveProperty('version');
  });

  it('goes on showing the version that was chosen when it is no longer served', async () => {
    api.startRun.mockRejectedValue(
      new ModelopsError(409, 'serving-changed', 'It was changed.'),
    );
    const dialog = await open();
    await userEvent.selectOptions(choice(dialog), '2');
    api.getServing.mockResolvedValue(
      sampleServing({
        served: [servedVersion('3', 90), servedVersion('4', 10)],
      }),
    );
    await userEvent.click(dialog.getByRole('button', { name: 'Stop serving' }));
    await waitFor(() =>
      expect(choices(dialog)).toEqual([
        'All versions of this model',
        'Version 3',
        'Version 4',
        'Version 2 (no longer served)',
      ]),
    );
    expect(choice(dialog)).toHaveValue('2');
    expect(dialog.getByText(/version 2 is not served here/)).toBeVisible();
  });

  it('stays open while it is being sent', async () => {
    api.startRun.mockReturnValue(new Promise(() => {}));
    const dialog = await open();
    await userEvent.click(dialog.getByRole('button', { name: 'Stop serving' }));
    expect(dialog.getByRole('button', { name: 'Keep serving' })).toBeDisabled();
    fireEvent.keyDown(choice(dialog), { key: 'Escape' });
    await act(() => new Promise(resolve => setTimeout(resolve, 500)));
    expect(screen.getByRole('dialog')).toBeInTheDocument();
  });

  it('takes one version off, and says who gets its share', async () => {
    api.startRun.mockResolvedValue(serveRun({ operation: 'stop' }));
    const dialog = await open();
    await userEvent.selectOptions(
      dialog.getByRole('combobox', { name: 'What is taken off' }),
      '2',
    );
    expect(
      dialog
        .getAllByRole('row')
        .slice(1)
        .map(row => row.textContent),
    ).toEqual(['Version 290 %taken off', 'Version 410 %100 %']);
    await userEvent.click(dialog.getByRole('button', { name: 'Stop serving' }));
    await waitFor(() => expect(api.startRun).toHaveBeenCalled());
    expect(api.startRun.mock.calls[0][0]).toMatchObject({
      operation: 'stop',
      version: '2',
      revision: 'r1',
    });
  });
});

describe('Try it', () => {
  const open = async () => {
    show();
    await userEvent.click(await button('Try it…'));
    return within(
      await screen.findByRole('dialog', { name: 'Try Fraud detector' }),
    );
  };

  it('is blocked with the reason for who may not ask', async () => {
    api.getModel.mockResolvedValue(
      servedModel({
        serving: [
          {
            binding: ENDPOINT,
            read: { allowed: true },
            predict: {
              allowed: false,
              reason: { code: 'role-missing', message: 'Ask group:ml.' },
            },
          },
        ],
      }),
    );
    show();
    expect(await button('Try it…')).toBeDisabled();
    expect(await button('Try it…')).toHaveAccessibleDescription(
      'Ask group:ml.',
    );
  });

  it('asks with the example in the fields, and tells who answered and how fast', async () => {
    api.getPredictionForm.mockResolvedValue({
      target: TARGET,
      fields: [
        {
          name: 'amount',
          field: { type: 'number', title: 'amount' },
          required: true,
        },
        {
          name: 'country',
          field: { type: 'string', title: 'country' },
          required: false,
        },
      ],
      example: { amount: 12.5, country: 'DE' },
    });
    api.predict.mockResolvedValue({
      predictions: [{ fraud: 0.93 }],
      version: '4',
      latencyMs: 22.6,
    });
    const dialog = await open();
    expect(await dialog.findByRole('textbox', { name: /amount/ })).toHaveValue(
      '12.5',
    );
    await userEvent.click(dialog.getByRole('button', { name: 'Predict' }));
    await waitFor(() =>
      expect(api.predict).toHaveBeenCalledWith({
        entityRef: ENTITY_REF,
        target: TARGET,
        instances: [{ amount: 12.5, country: 'DE' }],
      }),
    );
    expect(
      await dialog.findByText('Version 4 answered in 23 ms'),
    ).toHaveAttribute('role', 'status');
    expect(
      dialog.getByRole('region', { name: 'Answer of the model' }),
    ).toHaveTextContent('"fraud": 0.93');
  });

  it('asks a version that was chosen', async () => {
    api.getPredictionForm.mockResolvedValue({ target: TARGET, example: [1] });
    api.predict.mockResolvedValue({ predictions: 1, latencyMs: 1 });
    const dialog = await open();
    await userEvent.selectOptions(
      dialog.getByRole('combobox', { name: 'Version' }),
      '4',
    );
    await waitFor(() =>
      expect(api.getPredictionForm).toHaveBeenLastCalledWith(ENTITY_REF, {
        target: TARGET,
        version: '4',
      }),
    );
    await userEvent.click(
      await dialog.findByRole('button', { name: 'Predict' }),
    );
    await waitFor(() =>
      expect(api.predict.mock.calls[0][0]).toMatchObject({ version: '4' }),
    );
  });

  it('shows the form of the version that was chosen last, whichever is read first', async () => {
    const slow = deferred<PredictionForm>();
    api.getPredictionForm.mockImplementation(async (_, query) =>
      query?.version === '4'
        ? { target: TARGET, example: ['of version 4'] }
        : slow.promise,
    );
    const dialog = await open();
    const choice = dialog.getByRole('combobox', { name: 'Version' });
    await userEvent.selectOptions(choice, '4');
    expect(await dialog.findByDisplayValue(/of version 4/)).toBeVisible();
    await act(async () =>
      slow.resolve({ target: TARGET, example: ['by traffic'] }),
    );
    expect(dialog.getByDisplayValue(/of version 4/)).toBeVisible();
    expect(api.getPredictionForm).toHaveBeenCalledTimes(2);
  });

  it('forgets the answer when another version is chosen, and keeps the focus', async () => {
    api.getPredictionForm.mockResolvedValue({ target: TARGET, example: [1] });
    api.predict.mockResolvedValue({ predictions: 1, latencyMs: 1 });
    const dialog = await open();
    await userEvent.click(
      await dialog.findByRole('button', { name: 'Predict' }),
    );
    await dialog.findByRole('region', { name: 'Answer of the model' });
    const choice = dialog.getByRole('combobox', { name: 'Version' });
    choice.focus();
    await userEvent.selectOptions(choice, '4');
    expect(
      dialog.queryByRole('region', { name: 'Answer of the model' }),
    ).not.toBeInTheDocument();
    await dialog.findByRole('button', { name: 'Predict' });
    expect(choice).toHaveFocus();
  });

  it('does not show the answer of a version for another one', async () => {
    const slow = deferred<Prediction>();
    api.getPredictionForm.mockResolvedValue({ target: TARGET, example: [1] });
    api.predict.mockReturnValue(slow.promise);
    const dialog = await open();
    await userEvent.click(
      await dialog.findByRole('button', { name: 'Predict' }),
    );
    await userEvent.selectOptions(
      dialog.getByRole('combobox', { name: 'Version' }),
      '4',
    );
    await act(async () => slow.resolve({ predictions: 1, latencyMs: 1 }));
    expect(dialog.queryByText(/answered in/)).not.toBeInTheDocument();
  });

  it('goes on showing the version that was chosen when it is no longer served', async () => {
    api.getPredictionForm.mockResolvedValue({ target: TARGET, example: [1] });
    const dialog = await open();
    const choice = dialog.getByRole('combobox', { name: 'Version' });
    await userEvent.selectOptions(choice, '2');
    api.getServing.mockResolvedValue(
      sampleServing({ served: [servedVersion('4', 100)] }),
    );
    // Somebody comes back to the tab, so that it is read again.
    fireEvent(document, new Event('visibilitychange'));
    expect(
      await dialog.findByRole('option', {
        name: 'Version 2 (no longer served)',
      }),
    ).toBeInTheDocument();
    expect(choice).toHaveValue('2');
  });

  it('offers no choice of versions where only the traffic can decide', async () => {
    api.getPredictionForm.mockResolvedValue({
      target: TARGET,
      example: [1],
      byTrafficOnly: true,
    });
    api.predict.mockResolvedValue({ predictions: 1, latencyMs: 1 });
    const dialog = await open();
    expect(
      await dialog.findByText(
        'This platform cannot ask one version of several: the traffic decides which one answers.',
      ),
    ).toBeVisible();
    expect(
      dialog.queryByRole('combobox', { name: 'Version' }),
    ).not.toBeInTheDocument();
    await userEvent.click(dialog.getByRole('button', { name: 'Predict' }));
    await waitFor(() => expect(api.predict).toHaveBeenCalled());
    expect(api.predict.mock.calls[0][0]).not.toHaveProperty('version');
  });

  it('says what is wrong with the JSON, and sends nothing', async () => {
    api.getPredictionForm.mockResolvedValue({
      target: TARGET,
      example: [1, 2],
    });
    const dialog = await open();
    const text = await dialog.findByRole('textbox', { name: /JSON/ });
    expect(JSON.parse((text as HTMLTextAreaElement).value)).toEqual([[1, 2]]);
    await userEvent.clear(text);
    await userEvent.type(text, '[[1, ');
    await userEvent.click(dialog.getByRole('button', { name: 'Predict' }));
    expect(text).toBeInvalid();
    expect(text).toHaveFocus();
    expect(text).toHaveAccessibleDescription(/This is no JSON/);
    await userEvent.clear(text);
    await userEvent.type(text, '{{}');
    expect(text).toHaveAccessibleDescription(/list of rows/);
    expect(api.predict).not.toHaveBeenCalled();
  });

  it('says why there is no answer', async () => {
    api.getPredictionForm.mockResolvedValue({ target: TARGET, example: 1 });
    api.predict.mockRejectedValue(
      new ModelopsError(429, 'predictions-limit', 'Ten a minute.'),
    );
    const dialog = await open();
    await userEvent.click(
      await dialog.findByRole('button', { name: 'Predict' }),
    );
    expect(await dialog.findByRole('alert')).toHaveTextContent('Ten a minute.');
  });
});
