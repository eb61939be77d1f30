import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ModelopsError } from 'backstage-plugin-modelops-common';
import { LONGEST_PAUSE_MS } from '../hooks/LiveRead';
import {
  type FakeModelopsApi,
  fakeModelopsApi,
} from '../__testUtils__/fakeApi';
import { renderWithApis } from '../__testUtils__/renderWithApis';
import {
  access,
  auditEntry,
  mappingEntry,
  verification,
} from '../__testUtils__/samples';
import { AuditPage } from './AuditPage';

let api: FakeModelopsApi;
beforeEach(() => {
  api = fakeModelopsApi();
  api.getAccess.mockResolvedValue(access);
  api.listAudit.mockResolvedValue({ items: [auditEntry] });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('AuditPage', () => {
  it('shows who was refused what, with the meaning of the code', async () => {
    renderWithApis(<AuditPage />, api);
    const table = await screen.findByRole('table', {
      name: 'Audit entries, newest first',
    });
    const row = within(table).getByRole('row', { name: /run\.refused/ });
    expect(row).toHaveTextContent('A request to start a run was refused');
    expect(row).toHaveTextContent('grace');
    expect(row).toHaveTextContent('role-missing');
    expect(
      within(row).getByRole('rowheader', { name: '42' }),
    ).toBeInTheDocument();
  });

  it('opens everything an entry holds, with both hashes', async () => {
    renderWithApis(<AuditPage />, api);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Details of entry 42' }),
    );
    const panel = await screen.findByRole('dialog', { name: 'Entry 42' });
    expect(panel).toHaveTextContent(auditEntry.hash);
    expect(panel).toHaveTextContent(auditEntry.previousHash);
    expect(panel).toHaveTextContent('Ask for membership in the group');
  });

  it('reads the ledger once, and again only when filters are applied', async () => {
    renderWithApis(<AuditPage />, api);
    await screen.findByRole('table');
    await userEvent.type(
      screen.getByRole('textbox', { name: 'Actor' }),
      'user:default/grace',
    );
    await userEvent.selectOptions(
      screen.getByRole('combobox', { name: 'Code' }),
      'run.refused',
    );
    await userEvent.selectOptions(
      screen.getByRole('combobox', { name: 'Outcome' }),
      'refused',
    );
    expect(api.listAudit).toHaveBeenCalledTimes(1);
    await userEvent.click(
      screen.getByRole('button', { name: 'Apply filters' }),
    );
    await waitFor(() =>
      expect(api.listAudit).toHaveBeenLastCalledWith({
        actor: 'user:default/grace',
        code: 'run.refused',
        outcome: 'refused',
      }),
    );
    expect(api.listAudit).toHaveBeenCalledTimes(2);
  });

  it('reads again on request, and never by itself', async () => {
    jest.useFakeTimers();
    const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
    renderWithApis(<AuditPage />, api);
    await screen.findByRole('table');
    await act(async () => {
      await jest.advanceTimersByTimeAsync(10 * LONGEST_PAUSE_MS);
      document.dispatchEvent(new Event('visibilitychange'));
    });
    expect(api.listAudit).toHaveBeenCalledTimes(1);

    api.listAudit.mockResolvedValue({ items: [mappingEntry, auditEntry] });
    await user.click(screen.getByRole('button', { name: 'Refresh' }));
    expect(
      await screen.findByRole('row', { name: /mapping\.changed/ }),
    ).toBeInTheDocument();
    expect(api.listAudit).toHaveBeenCalledTimes(2);
    expect(api.verifyAudit).not.toHaveBeenCalled();
  });

  it('keeps what it has when reading again fails, and says from when that is', async () => {
    renderWithApis(<AuditPage />, api);
    await screen.findByRole('table');
    api.listAudit.mockRejectedValue(
      new ModelopsError(503, 'audit-unavailable', 'The ledger is not there'),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Refresh' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /This is how it was at .*The ledger is not there/,
    );
    expect(screen.getByRole('table')).toBeInTheDocument();
  });

  it('shows the entries around one that is not what it was', async () => {
    api.verifyAudit.mockResolvedValue({
      ...verification,
      intact: false,
      problem: { kind: 'changed', sequence: 17, message: 'Changed.' },
    });
    renderWithApis(<AuditPage />, api);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Verify now' }),
    );
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Show the entries around 17',
      }),
    );
    expect(api.listAudit).toHaveBeenLastCalledWith({ near: 17 });
    const near = screen.getByRole('spinbutton', { name: 'Near entry' });
    expect(near).toHaveValue(17);
    expect(screen.getByRole('region', { name: 'Entries' })).toHaveFocus();

    await userEvent.clear(near);
    await userEvent.type(near, '30');
    await userEvent.click(
      screen.getByRole('button', { name: 'Apply filters' }),
    );
    expect(api.listAudit).toHaveBeenLastCalledWith({ near: 30 });
  });

  it('exports what the applied filters let through', async () => {
    api.exportAudit.mockRejectedValue(new ModelopsError(503, 'internal', 'x'));
    renderWithApis(<AuditPage />, api);
    await userEvent.type(
      await screen.findByRole('textbox', { name: 'Actor' }),
      'user:default/ada',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    expect(api.exportAudit).toHaveBeenLastCalledWith({ format: 'csv' });
    await userEvent.click(
      screen.getByRole('button', { name: 'Apply filters' }),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    expect(api.exportAudit).toHaveBeenLastCalledWith({
      format: 'csv',
      actor: 'user:default/ada',
    });
  });

  it('shows what changed in the role mapping, role by role', async () => {
    api.listAudit.mockResolvedValue({ items: [mappingEntry] });
    renderWithApis(<AuditPage />, api);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Details of entry 43' }),
    );
    const panel = await screen.findByRole('dialog', { name: 'Entry 43' });
    expect(panel).toHaveTextContent('Another role mapping took effect');
    expect(panel).toHaveTextContent(mappingEntry.previousMappingHash!);
    const [added, changed, removed] = within(
      within(panel).getByRole('list', { name: 'Differences' }),
    ).getAllByRole('listitem');
    expect(added).toHaveTextContent('Added: role fraud-reader');
    expect(added).not.toHaveTextContent('Before');
    expect(changed).toHaveTextContent(
      'Changed: rule fraud-ml-engineer#0 of role fraud-ml-engineer',
    );
    const [before, after] = within(changed).getAllByRole('definition');
    expect(before).not.toHaveTextContent('train');
    expect(after).toHaveTextContent('train');
    expect(removed).toHaveTextContent('Removed: rule guest#0 of role guest');
    expect(removed).not.toHaveTextContent('After');
    expect(panel).not.toHaveTextContent('differences');
  });

  it('says how many differences there are beyond those listed', async () => {
    api.listAudit.mockResolvedValue({
      items: [{ ...mappingEntry, count: 230 }],
    });
    renderWithApis(<AuditPage />, api);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Details of entry 43' }),
    );
    expect(
      await screen.findByText(/The first 3 of 230 differences/),
    ).toBeInTheDocument();
  });

  it('says so when nothing matches', async () => {
    api.listAudit.mockResolvedValue({ items: [] });
    renderWithApis(<AuditPage />, api);
    expect(
      await screen.findByText('No entry matches these filters.'),
    ).toBeInTheDocument();
  });

  it('tells who may not read it why it is closed, and asks for no entry', async () => {
    api.getAccess.mockResolvedValue({ ...access, audit: false });
    renderWithApis(<AuditPage />, api);
    expect(
      await screen.findByText(/Ask your platform admins/),
    ).toBeInTheDocument();
    expect(api.listAudit).not.toHaveBeenCalled();
  });

  it('says that the access could not be read, and tries again', async () => {
    api.getAccess
      .mockRejectedValueOnce(new ModelopsError(503, 'internal', 'down'))
      .mockResolvedValueOnce(access);
    renderWithApis(<AuditPage />, api);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Try again' }),
    );
    expect(await screen.findByRole('table')).toBeInTheDocument();
  });

  it('shows a failure of the ledger', async () => {
    api.listAudit.mockRejectedValue(
      new ModelopsError(503, 'audit-unavailable', 'The ledger is not there'),
    );
    renderWithApis(<AuditPage />, api);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The ledger is not there',
    );
  });
});
