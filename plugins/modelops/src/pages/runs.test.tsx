import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import {
  ModelopsError,
  type Page,
  type Run,
} from 'backstage-plugin-modelops-common';
import { POLL_MS } from '../hooks/LiveRead';
import {
  deferred,
  type FakeModelopsApi,
  fakeModelopsApi,
} from '../__testUtils__/fakeApi';
import { renderWithApis } from '../__testUtils__/renderWithApis';
import { ENTITY_REF, sampleDetail, sampleRun } from '../__testUtils__/samples';
import { EntityMlRuns } from './EntityMlRuns';
import { RunsPage } from './RunsPage';

const OTHER_ID = '22222222-2222-4222-8222-222222222222';
const entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'fraud-detector', namespace: 'default' },
};

let api: FakeModelopsApi;
beforeEach(() => {
  api = fakeModelopsApi();
});
afterEach(() => {
  jest.useRealTimers();
});

const showTab = (
  getIdToken = async (): Promise<string | undefined> => 'token',
) =>
  renderWithApis(
    <EntityProvider entity={entity}>
      <EntityMlRuns />
    </EntityProvider>,
    api,
    { getIdToken },
  );

const succeeded = sampleRun({
  state: 'succeeded',
  endedAt: '2026-11-21T10:00:50.000Z',
});

describe('EntityMlRuns', () => {
  it('lists the runs of the entity in a table with a caption', async () => {
    api.listRuns.mockResolvedValue({ items: [succeeded] });
    showTab();
    const table = await screen.findByRole('table', {
      name: 'ML runs of this model, newest first',
    });
    const row = within(table).getByRole('row', { name: /Succeeded/ });
    expect(row).toHaveTextContent('Train');
    expect(row).toHaveTextContent('ada');
    expect(row).toHaveTextContent('ada@acme.com');
    expect(row).toHaveTextContent('45 s');
    expect(within(row).getByRole('cell', { name: '12' })).toBeInTheDocument();
    expect(
      within(row).getByRole('link', { name: /Open in Databricks/ }),
    ).toBeInTheDocument();
    expect(api.listRuns).toHaveBeenCalledWith({ entityRef: ENTITY_REF });
  });

  it('says that there is no run', async () => {
    api.listRuns.mockResolvedValue({ items: [] });
    showTab();
    expect(await screen.findByText(/No run of this model/)).toBeInTheDocument();
  });

  it('shows an error and recovers on request', async () => {
    api.listRuns
      .mockRejectedValueOnce(
        new ModelopsError(0, 'internal', 'The backend did not answer.'),
      )
      .mockResolvedValueOnce({ items: [succeeded] });
    showTab();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Try again' }),
    );
    expect(await screen.findByRole('table')).toBeInTheDocument();
  });

  it('goes to older runs and back', async () => {
    api.listRuns.mockImplementation(async query =>
      query?.cursor === 'older'
        ? { items: [sampleRun({ id: OTHER_ID, state: 'failed' })] }
        : { items: [succeeded], nextCursor: 'older' },
    );
    showTab();
    await userEvent.click(await screen.findByRole('button', { name: 'Older' }));
    expect(await screen.findByText('Failed')).toBeInTheDocument();
    expect(screen.getByText('Page 2')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Older' })).toHaveAttribute(
      'aria-disabled',
      'true',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Newer' }));
    expect(await screen.findByText('Succeeded')).toBeInTheDocument();
  });

  it('keeps the way back, and the focus, while a page is read and when it cannot be', async () => {
    const older = deferred<Page<Run>>();
    api.listRuns.mockImplementation(async query =>
      query?.cursor === 'older'
        ? older.promise
        : { items: [succeeded], nextCursor: 'older' },
    );
    showTab();
    await userEvent.click(await screen.findByRole('button', { name: 'Older' }));
    expect(await screen.findByText('Loading runs')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Older' })).toHaveFocus();
    await act(async () => older.reject(new Error('no answer')));
    expect(screen.getByRole('alert')).toHaveTextContent('no answer');
    await userEvent.click(screen.getByRole('button', { name: 'Newer' }));
    expect(await screen.findByText('Succeeded')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Newer' })).toHaveFocus();
  });

  it('follows the list while a run is open, and then no longer', async () => {
    jest.useFakeTimers();
    api.listRuns
      .mockResolvedValueOnce({ items: [sampleRun()] })
      .mockResolvedValue({ items: [succeeded] });
    showTab();
    for (let step = 0; step < 40; step += 1) {
      await act(() => jest.advanceTimersByTimeAsync(POLL_MS / 4));
    }
    expect(screen.getByText('Succeeded')).toBeInTheDocument();
    expect(api.listRuns).toHaveBeenCalledTimes(2);
  });
});

describe('Run details', () => {
  const openDetails = async () => {
    await userEvent.click(
      await screen.findByRole('button', { name: 'Details of Train run 12' }),
    );
    return screen.findByRole('dialog', { name: 'Train run 12' });
  };

  beforeEach(() => {
    api.listRuns.mockResolvedValue({ items: [succeeded] });
    api.getRun.mockResolvedValue(
      sampleDetail({ ...succeeded, reason: 'weekly' }),
    );
    api.getRunResult.mockResolvedValue({
      modelVersion: {
        model: 'main.fraud.detector',
        version: '7',
        status: 'READY',
      },
      metrics: [
        { name: 'accuracy', value: 0.98765432 },
        { name: 'loss', value: null },
      ],
    });
  });

  it('shows parameters, reason and the timeline, and gives the focus back', async () => {
    showTab();
    const dialog = await openDetails();
    const inDialog = within(dialog);
    expect(await inDialog.findByText('weekly')).toBeInTheDocument();
    expect(
      inDialog.getByRole('region', { name: 'Parameters' }),
    ).toHaveTextContent('epochs5');
    const steps = within(
      inDialog.getByRole('list', { name: 'Audit entries of the run' }),
    ).getAllByRole('listitem');
    expect(steps[0]).toHaveTextContent(
      'A run was recorded; nothing has been sent yet',
    );
    expect(steps[0]).toHaveTextContent('Entry 12');
    await userEvent.click(inDialog.getByRole('button', { name: 'Close' }));
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    expect(
      screen.getByRole('button', { name: 'Details of Train run 12' }),
    ).toHaveFocus();
  });

  it('shows version and metrics of the newest succeeded run by itself', async () => {
    showTab();
    await openDetails();
    const result = await screen.findByRole('region', { name: 'Result' });
    await waitFor(() =>
      expect(result).toHaveTextContent('main.fraud.detector version 7 (READY)'),
    );
    expect(result).toHaveTextContent('accuracy0.987654');
    expect(result).toHaveTextContent('lossnot a number');
    expect(api.getRunResult).toHaveBeenCalledTimes(1);
  });

  it('reads the result only on request when that would ask for a sign-in', async () => {
    showTab(async () => undefined);
    await openDetails();
    const button = await screen.findByRole('button', { name: 'Show result' });
    expect(api.getRunResult).not.toHaveBeenCalled();
    await userEvent.click(button);
    expect(await screen.findByText(/version 7/)).toBeInTheDocument();
  });

  it('reads the result of an older run only on request', async () => {
    const older = sampleRun({
      id: OTHER_ID,
      state: 'succeeded',
      auditSequence: 3,
    });
    api.listRuns.mockResolvedValue({ items: [succeeded, older] });
    api.getRun.mockResolvedValue(sampleDetail(older));
    showTab();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Details of Train run 3' }),
    );
    expect(
      await screen.findByRole('button', { name: 'Show result' }),
    ).toBeInTheDocument();
    expect(api.getRunResult).not.toHaveBeenCalled();
  });

  it('shows the log as text, when asked for', async () => {
    api.getRunLogs.mockResolvedValue('epoch 1\n<b>not bold</b>');
    showTab();
    const dialog = await openDetails();
    await userEvent.click(
      await within(dialog).findByRole('button', { name: 'Show log' }),
    );
    const log = await screen.findByRole('region', { name: 'End of the log' });
    expect(log.textContent).toBe('epoch 1\n<b>not bold</b>');
    expect(log).toHaveAttribute('tabindex', '0');
    expect(api.getRunLogs).toHaveBeenCalledWith(succeeded.id);
  });

  it('says why the log cannot be read', async () => {
    api.getRunLogs.mockRejectedValue(
      new ModelopsError(
        403,
        'logs-disabled',
        'databricks-demo keeps its logs to itself',
      ),
    );
    showTab();
    await openDetails();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Show log' }),
    );
    expect(
      await screen.findByText(/keeps its logs to itself/),
    ).toBeInTheDocument();
  });

  it('cancels after asking once more', async () => {
    const running = sampleDetail();
    api.listRuns.mockResolvedValue({ items: [sampleRun()] });
    api.getRun.mockResolvedValue(running);
    api.cancelRun.mockResolvedValue({ ...sampleRun(), cancelRequested: true });
    showTab();
    await openDetails();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Cancel run' }),
    );
    const question = await screen.findByRole('dialog', {
      name: 'Cancel Train run 12?',
    });
    await userEvent.click(
      within(question).getByRole('button', { name: 'Keep running' }),
    );
    await waitFor(() => expect(question).not.toBeInTheDocument());
    expect(api.cancelRun).not.toHaveBeenCalled();

    api.getRun.mockResolvedValue({ ...running, cancelRequested: true });
    await userEvent.click(screen.getByRole('button', { name: 'Cancel run' }));
    await userEvent.click(
      await screen.findByRole('button', { name: 'Cancel the run' }),
    );
    expect(await screen.findByText(/was asked to cancel/)).toBeInTheDocument();
    expect(api.cancelRun).toHaveBeenCalledWith(running.id);
  });

  it('says why this person cannot cancel', async () => {
    api.listRuns.mockResolvedValue({ items: [sampleRun()] });
    api.getRun.mockResolvedValue(
      sampleDetail({
        cancel: { allowed: false, reason: 'Ask group:default/fraud-ml.' },
      }),
    );
    showTab();
    await openDetails();
    expect(
      await screen.findByText('Ask group:default/fraud-ml.'),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'Cancel run' }),
    ).not.toBeInTheDocument();
  });

  it('says why a run failed', async () => {
    api.getRun.mockResolvedValue(
      sampleDetail({
        state: 'failed',
        failure: { code: 'job-timed-out', message: 'Stopped after 1 h.' },
      }),
    );
    showTab();
    const dialog = await openDetails();
    expect(
      await within(dialog).findByText(
        /Stopped after 1 h\. The job hit its time limit\./,
      ),
    ).toBeInTheDocument();
    expect(within(dialog).getByText('job-timed-out')).toBeInTheDocument();
  });
});

describe('RunsPage', () => {
  it('narrows down by state and action, and links each model', async () => {
    api.listRuns.mockResolvedValue({ items: [succeeded] });
    renderWithApis(<RunsPage />, api);
    expect(
      await screen.findByRole('table', { name: 'Runs, newest first' }),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'fraud-detector' }),
    ).toHaveAttribute('href', '/catalog/default/component/fraud-detector');
    await userEvent.selectOptions(
      screen.getByRole('combobox', { name: 'State' }),
      'Failed',
    );
    await userEvent.selectOptions(
      screen.getByRole('combobox', { name: 'Action' }),
      'Train',
    );
    await waitFor(() =>
      expect(api.listRuns).toHaveBeenLastCalledWith({
        state: 'failed',
        action: 'train',
      }),
    );
  });

  it('says that no run matches', async () => {
    api.listRuns
      .mockResolvedValueOnce({ items: [succeeded] })
      .mockResolvedValue({ items: [] });
    renderWithApis(<RunsPage />, api);
    await userEvent.selectOptions(
      await screen.findByRole('combobox', { name: 'State' }),
      'Lost',
    );
    expect(
      await screen.findByText('No run matches these filters.'),
    ).toBeInTheDocument();
  });
});
