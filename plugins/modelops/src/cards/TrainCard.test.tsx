import {
  act,
  fireEvent,
  screen,
  waitFor,
  within,
} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ModelopsError } from 'backstage-plugin-modelops-common';
import { POLL_MS } from '../hooks/LiveRead';
import {
  deferred,
  type FakeModelopsApi,
  fakeModelopsApi,
} from '../__testUtils__/fakeApi';
import { renderWithApis } from '../__testUtils__/renderWithApis';
import {
  ENTITY_REF,
  form,
  sampleDetail,
  sampleModel,
  sampleRun,
} from '../__testUtils__/samples';
import { TrainCard } from './TrainCard';

let api: FakeModelopsApi;
beforeEach(() => {
  api = fakeModelopsApi();
});
afterEach(() => {
  jest.useRealTimers();
});

const card = () => screen.findByRole('region', { name: 'Train' });
const show = () => renderWithApis(<TrainCard entityRef={ENTITY_REF} />, api);

/** React draws at the end of each step, so time passes in small ones. */
async function pass(milliseconds: number) {
  for (let passed = 0; passed < milliseconds; passed += 500) {
    await act(() => jest.advanceTimersByTimeAsync(500));
  }
}

describe('TrainCard', () => {
  it('says that it loads', async () => {
    const answer = deferred<ReturnType<typeof sampleModel>>();
    api.getModel.mockReturnValue(answer.promise);
    show();
    expect(
      await within(await card()).findByText('Loading what can be trained'),
    ).toBeInTheDocument();
    answer.resolve(sampleModel());
    expect(await screen.findByRole('button', { name: 'Train' })).toBeEnabled();
  });

  it('shows platform, resource, who it starts as, and that it was never trained', async () => {
    api.getModel.mockResolvedValue(sampleModel());
    show();
    const inCard = within(await card());
    expect(
      await inCard.findByText('Databricks (databricks-demo)'),
    ).toBeInTheDocument();
    expect(inCard.getByText('job/8123')).toBeInTheDocument();
    expect(inCard.getByText('you, ada@acme.com')).toBeInTheDocument();
    expect(inCard.getByText(/Never trained/)).toBeInTheDocument();
  });

  it("says whom the job's code runs as when it is not the person", async () => {
    api.getModel.mockResolvedValue(
      sampleModel({}, { jobRunsAs: 'fraud-pipeline' }),
    );
    show();
    await waitFor(async () =>
      expect(await card()).toHaveTextContent(
        "The job's code runs as fraud-pipeline, whoever presses the button.",
      ),
    );
  });

  it('says that the platform sees the portal when a principal is reached through it', async () => {
    api.getModel.mockResolvedValue(
      sampleModel(
        {},
        {
          runsAs: {
            kind: 'service-principal',
            principal: '7d3f',
            through: 'workload',
          },
        },
      ),
    );
    show();
    expect(
      await screen.findByText(/sees the portal, not you/),
    ).toBeInTheDocument();
  });

  it('asks for the model once for several cards', async () => {
    api.getModel.mockResolvedValue(sampleModel());
    renderWithApis(
      <>
        <TrainCard entityRef={ENTITY_REF} />
        <TrainCard entityRef={ENTITY_REF} />
      </>,
      api,
    );
    expect(
      await screen.findAllByRole('button', { name: 'Train' }),
    ).toHaveLength(2);
    expect(api.getModel).toHaveBeenCalledTimes(1);
    expect(api.getModel).toHaveBeenCalledWith(ENTITY_REF);
  });

  it('shows an error and recovers on request', async () => {
    api.getModel
      .mockRejectedValueOnce(
        new ModelopsError(
          503,
          'platform-unreachable',
          'databricks-demo did not answer',
        ),
      )
      .mockResolvedValueOnce(sampleModel());
    show();
    expect(
      await screen.findByText('databricks-demo did not answer', {
        exact: false,
      }),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('button', { name: 'Train' })).toBeEnabled();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('disables the button with a visible sentence for who may not', async () => {
    api.getModel.mockResolvedValue(
      sampleModel(
        {},
        {
          allowed: false,
          reason: {
            code: 'role-missing',
            message:
              'Ask group:default/fraud-ml for the role fraud-ml-engineer.',
          },
        },
      ),
    );
    show();
    const button = await screen.findByRole('button', { name: 'Train' });
    expect(button).toBeDisabled();
    expect(button).toHaveAccessibleDescription(
      'Ask group:default/fraud-ml for the role fraud-ml-engineer.',
    );
  });

  it('offers to sign in when the person is not identified, then reads again', async () => {
    const getIdToken = jest.fn(async () => 'token');
    api.getModel
      .mockResolvedValueOnce(sampleModel({ identified: false }))
      .mockResolvedValueOnce(sampleModel());
    renderWithApis(<TrainCard entityRef={ENTITY_REF} />, api, { getIdToken });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Sign in' }),
    );
    await waitFor(() =>
      expect(
        screen.queryByRole('button', { name: 'Sign in' }),
      ).not.toBeInTheDocument(),
    );
    expect(getIdToken).toHaveBeenCalledWith();
    expect(api.getModel).toHaveBeenCalledTimes(2);
  });

  it('says that a sign-in failed', async () => {
    api.getModel.mockResolvedValue(sampleModel({ identified: false }));
    renderWithApis(<TrainCard entityRef={ENTITY_REF} />, api, {
      getIdToken: async () => {
        throw new Error('the popup was closed');
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Sign in' }),
    );
    expect(await screen.findByText(/the popup was closed/)).toBeInTheDocument();
    expect(api.getModel).toHaveBeenCalledTimes(1);
  });

  it('names the annotation that leads nowhere and the form it has to have', async () => {
    api.getModel.mockResolvedValue(
      sampleModel(
        {},
        {
          binding: undefined,
          allowed: false,
          problem: {
            role: 'train',
            annotation: 'modelops/train',
            code: 'binding-malformed',
            message: 'Write it as <connection>:job/<id>',
          },
        },
      ),
    );
    show();
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('modelops/train');
    expect(alert).toHaveTextContent('<connection>:job/<id>');
    expect(
      screen.queryByRole('button', { name: 'Train' }),
    ).not.toBeInTheDocument();
  });

  it('says that it finds out about a start that got no answer', async () => {
    api.getModel.mockResolvedValue(
      sampleModel({}, { lastRun: sampleRun({ state: 'unknown' }) }),
    );
    show();
    expect(
      await screen.findByText(/Finding out whether the job was started…/),
    ).toBeInTheDocument();
  });

  it('says why a run failed and links to the platform', async () => {
    api.getModel.mockResolvedValue(
      sampleModel(
        {},
        {
          lastRun: sampleRun({
            state: 'failed',
            endedAt: '2026-11-21T10:01:05.000Z',
            failure: { code: 'job-failed', message: 'The job failed.' },
          }),
        },
      ),
    );
    show();
    expect(await screen.findByText('Failed')).toBeInTheDocument();
    expect(screen.getByText(/Look at the log of the run/)).toBeInTheDocument();
    expect(screen.getByText('1 min 00 s')).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: /Open in Databricks/ }),
    ).toHaveAttribute(
      'href',
      'https://dbc-demo.cloud.databricks.com/jobs/8123/runs/77',
    );
  });

  it('makes no link of an address that is no web address', async () => {
    api.getModel.mockResolvedValue(
      sampleModel(
        {},
        {
          lastRun: sampleRun({
            state: 'succeeded',
            platformRunUrl: 'data:text/html,hello',
          }),
        },
      ),
    );
    show();
    await screen.findByText('Succeeded');
    expect(screen.queryByRole('link')).not.toBeInTheDocument();
  });

  it('follows a run to its end, announces it, and asks for the model once more', async () => {
    jest.useFakeTimers();
    api.getModel.mockResolvedValueOnce(
      sampleModel({}, { lastRun: sampleRun() }),
    );
    const over = sampleDetail({
      state: 'succeeded',
      updatedAt: '2026-11-21T10:02:00.000Z',
      endedAt: '2026-11-21T10:01:59.000Z',
    });
    const { timeline: _timeline, cancel: _cancel, ...overRow } = over;
    api.getModel.mockResolvedValueOnce(sampleModel({}, { lastRun: overRow }));
    api.getRun
      .mockResolvedValueOnce(sampleDetail())
      .mockResolvedValueOnce(over);
    show();
    await pass(500);
    expect(screen.getByText('Running')).toBeInTheDocument();
    expect(api.getRun).not.toHaveBeenCalled();
    await pass(2 * POLL_MS + 500);
    expect(screen.getByText('Succeeded')).toBeInTheDocument();
    expect(screen.getByText('Train: Succeeded')).toBeInTheDocument();
    await pass(10 * POLL_MS);
    expect(api.getRun).toHaveBeenCalledTimes(2);
    expect(api.getModel).toHaveBeenCalledTimes(2);
  });

  it('keeps showing a run that cannot be read any more, with its age', async () => {
    jest.useFakeTimers();
    api.getModel.mockResolvedValue(sampleModel({}, { lastRun: sampleRun() }));
    api.getRun
      .mockResolvedValueOnce(sampleDetail())
      .mockRejectedValue(new Error('no answer'));
    show();
    await pass(2 * POLL_MS + 500);
    expect(screen.getByText('Running')).toBeInTheDocument();
    expect(screen.getByText(/This is how it was at/)).toHaveTextContent(
      'no answer',
    );
  });

  it('goes on showing the details of a run when a newer one appears', async () => {
    const newer = sampleRun({
      id: '22222222-2222-4222-8222-222222222222',
      auditSequence: 20,
      state: 'succeeded',
    });
    api.getModel
      .mockResolvedValueOnce(sampleModel({}, { lastRun: sampleRun() }))
      .mockResolvedValue(sampleModel({}, { lastRun: newer }));
    api.getRun.mockResolvedValue(
      sampleDetail({
        state: 'failed',
        updatedAt: '2026-11-21T10:02:00.000Z',
      }),
    );
    show();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Details of Train run 12' }),
    );
    await waitFor(() =>
      expect(
        screen.getByRole('button', {
          name: 'Details of Train run 20',
          hidden: true,
        }),
      ).toBeInTheDocument(),
    );
    expect(
      screen.getByRole('dialog', { name: 'Train run 12' }),
    ).toBeInTheDocument();
    expect(api.getRun).not.toHaveBeenCalledWith(newer.id);
  });

  it('polls nothing when nothing runs', async () => {
    jest.useFakeTimers();
    api.getModel.mockResolvedValue(
      sampleModel({}, { lastRun: sampleRun({ state: 'succeeded' }) }),
    );
    show();
    await pass(10 * POLL_MS);
    expect(api.getModel).toHaveBeenCalledTimes(1);
    expect(api.getRun).not.toHaveBeenCalled();
  });
});

describe('Training', () => {
  const open = async () => {
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Train' }));
    return screen.findByRole('dialog', { name: 'Train Fraud detector' });
  };
  const submit = () =>
    userEvent.click(screen.getByRole('button', { name: 'Start training' }));
  const epochs = () => screen.findByRole('textbox', { name: /^Epochs/ });

  beforeEach(() => {
    api.getModel.mockResolvedValue(sampleModel());
    api.getForm.mockResolvedValue(form);
    api.startRun.mockResolvedValue(sampleRun({ state: 'requested' }));
    api.getRun.mockResolvedValue(sampleDetail());
  });

  it('makes the form of the schema, with the guardrail beside its field', async () => {
    await open();
    expect(await epochs()).toHaveValue('5');
    expect(await epochs()).toHaveAccessibleDescription(
      /Your role fraud-ml-engineer allows at most 20/,
    );
    expect(screen.getByRole('textbox', { name: 'Learning rate' })).toHaveValue(
      '0.1',
    );
    expect(screen.getByRole('combobox', { name: 'Optimizer' })).toHaveValue(
      'adam',
    );
    expect(screen.getByRole('checkbox', { name: 'Shuffle' })).toBeChecked();
    expect(screen.getByRole('textbox', { name: 'Table' })).toHaveAttribute(
      'readonly',
    );
    expect(screen.getByLabelText('API key')).toHaveAttribute(
      'type',
      'password',
    );
    expect(screen.getByRole('dialog')).toHaveTextContent(
      "The job's code runs as fraud-pipeline",
    );
  });

  it('starts what was filled in, shows the run, and gives the focus back', async () => {
    await open();
    await userEvent.clear(await epochs());
    await userEvent.type(await epochs(), '7');
    await userEvent.selectOptions(
      screen.getByRole('combobox', { name: 'Optimizer' }),
      'sgd',
    );
    await userEvent.click(screen.getByRole('checkbox', { name: 'Shuffle' }));
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Reason/ }),
      ' weekly ',
    );
    await submit();
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    expect(api.startRun).toHaveBeenCalledWith(
      {
        entityRef: ENTITY_REF,
        action: 'train',
        operation: 'start',
        parameters: { epochs: 7, rate: 0.1, optimizer: 'sgd', shuffle: false },
        reason: 'weekly',
      },
      expect.stringMatching(/^[0-9a-f]{32}$/),
    );
    expect(screen.getByText('Requested')).toBeInTheDocument();
    expect(screen.getByText('Train: Requested')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Train' })).toHaveFocus();
    expect(api.getModel).toHaveBeenCalledTimes(1);
  });

  it('says what is wrong beside the field, and sends nothing', async () => {
    await open();
    await userEvent.clear(await epochs());
    await userEvent.type(await epochs(), '99');
    await submit();
    expect(await epochs()).toBeInvalid();
    expect(await epochs()).toHaveAccessibleDescription(/Has to be at most 20/);
    expect(await epochs()).toHaveFocus();
    expect(api.startRun).not.toHaveBeenCalled();
  });

  it('sends one request for a double click', async () => {
    const answer = deferred<ReturnType<typeof sampleRun>>();
    api.startRun.mockReturnValue(answer.promise);
    await open();
    await epochs();
    await userEvent.dblClick(
      screen.getByRole('button', { name: 'Start training' }),
    );
    answer.resolve(sampleRun());
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    expect(api.startRun).toHaveBeenCalledTimes(1);
  });

  it('repeats a request whose answer was lost with the same key, and a changed one with a new key', async () => {
    api.startRun.mockRejectedValue(
      new ModelopsError(0, 'internal', 'The backend did not answer.'),
    );
    await open();
    await epochs();
    await submit();
    expect(
      await screen.findByText('There was no clear answer'),
    ).toBeInTheDocument();
    await submit();
    await waitFor(() => expect(api.startRun).toHaveBeenCalledTimes(2));
    await screen.findByText('There was no clear answer');
    await userEvent.type(await epochs(), '{Backspace}6');
    await submit();
    await waitFor(() => expect(api.startRun).toHaveBeenCalledTimes(3));
    const [first, second, third] = api.startRun.mock.calls.map(
      ([, key]) => key,
    );
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  const cancel = async () => {
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
  };
  const openAgain = async () => {
    await userEvent.click(screen.getByRole('button', { name: 'Train' }));
    await epochs();
  };
  const keys = () => api.startRun.mock.calls.map(([, key]) => key);

  it('repeats a request whose answer was lost with the same key after the dialog was closed, and after a refusal', async () => {
    api.startRun
      .mockRejectedValueOnce(
        new ModelopsError(502, 'internal', 'The backend answered 502.'),
      )
      .mockRejectedValueOnce(
        new ModelopsError(429, 'too-many-refusals', 'Wait a minute.'),
      );
    await open();
    await epochs();
    await submit();
    await screen.findByText('There was no clear answer');
    await cancel();
    await openAgain();
    await submit();
    await screen.findByText('The training was not started');
    // A refusal of the second attempt says nothing of the first.
    await submit();
    await waitFor(() => expect(api.startRun).toHaveBeenCalledTimes(3));
    expect(new Set(keys()).size).toBe(1);
  });

  it('does not say that nothing was started when the answer could not be read', async () => {
    api.startRun.mockRejectedValue(
      new ModelopsError(202, 'internal', 'The answer is not understood.'),
    );
    await open();
    await epochs();
    await submit();
    expect(await screen.findByText('There was no clear answer')).toBeVisible();
  });

  it('stays open while it starts', async () => {
    const answer = deferred<ReturnType<typeof sampleRun>>();
    api.startRun.mockReturnValue(answer.promise);
    const dialog = await open();
    await epochs();
    await submit();
    fireEvent.keyDown(dialog, { key: 'Escape' });
    await act(() => new Promise(resolve => setTimeout(resolve, 500)));
    expect(screen.getByRole('dialog')).toBeInTheDocument();
    await act(async () =>
      answer.reject(new ModelopsError(403, 'role-missing', 'You may not.')),
    );
    fireEvent.keyDown(dialog, { key: 'Escape' });
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
  });

  it('has a new key for each opening', async () => {
    await open();
    await epochs();
    await submit();
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Train' }));
    await epochs();
    await submit();
    await waitFor(() => expect(api.startRun).toHaveBeenCalledTimes(2));
    const [first, second] = api.startRun.mock.calls.map(([, key]) => key);
    expect(second).not.toBe(first);
  });

  it('shows what the server refused, and keeps what was typed', async () => {
    api.startRun.mockRejectedValue(
      new ModelopsError(
        403,
        'guardrail-exceeded',
        'epochs: your role allows at most 20',
      ),
    );
    await open();
    await epochs();
    await submit();
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The training was not started');
    expect(alert).toHaveTextContent('epochs: your role allows at most 20');
    expect(await epochs()).toHaveValue('5');
  });

  it('offers to sign in when the form needs it', async () => {
    api.getForm
      .mockRejectedValueOnce(
        new ModelopsError(403, 'identity-missing', 'Sign in first'),
      )
      .mockResolvedValueOnce(form);
    const dialog = await open();
    await userEvent.click(
      await within(dialog).findByRole('button', { name: 'Sign in' }),
    );
    expect(await epochs()).toBeInTheDocument();
  });

  it('closes on Cancel without starting anything, and gives the focus back', async () => {
    await open();
    await epochs();
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    expect(screen.getByRole('button', { name: 'Train' })).toHaveFocus();
    expect(api.startRun).not.toHaveBeenCalled();
  });
});
