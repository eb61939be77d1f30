import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ModelopsError } from 'backstage-plugin-modelops-common';
import {
  deferred,
  type FakeModelopsApi,
  fakeModelopsApi,
} from '../__testUtils__/fakeApi';
import { renderWithApis } from '../__testUtils__/renderWithApis';
import { AuditExport } from './AuditExport';
import type { AuditFilter } from './AuditFilters';

const FILE_URL = 'blob:the-file';
const NOON = new Date(2026, 10, 22, 12);

let api: FakeModelopsApi;
let downloads: Array<{ name: string; href: string }>;
let user: ReturnType<typeof userEvent.setup>;
beforeEach(() => {
  jest.useFakeTimers({ now: NOON });
  user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
  api = fakeModelopsApi();
  downloads = [];
  // jsdom has neither addresses of blobs nor downloads.
  URL.createObjectURL = jest.fn(() => FILE_URL);
  URL.revokeObjectURL = jest.fn();
  jest
    .spyOn(HTMLAnchorElement.prototype, 'click')
    .mockImplementation(function click(this: HTMLAnchorElement) {
      downloads.push({ name: this.download, href: this.href });
    });
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const show = (filter: AuditFilter = {}) =>
  renderWithApis(<AuditExport filter={filter} />, api);
const button = (format: 'JSONL' | 'CSV') =>
  screen.findByRole('button', { name: `Export ${format}` });

describe('AuditExport', () => {
  it('hands the whole ledger to the browser, and lets go of it afterwards', async () => {
    const file = new Blob(['{}']);
    api.exportAudit.mockResolvedValue(file);
    show();
    await user.click(await button('JSONL'));
    expect(api.exportAudit).toHaveBeenCalledWith({ format: 'jsonl' });
    expect(URL.createObjectURL).toHaveBeenCalledWith(file);
    expect(downloads).toEqual([
      { name: 'modelops-audit-2026-11-22.jsonl', href: FILE_URL },
    ]);
    expect(
      await screen.findByText('Saved as modelops-audit-2026-11-22.jsonl'),
    ).toBeInTheDocument();
    expect(URL.revokeObjectURL).not.toHaveBeenCalled();
    await act(() => jest.advanceTimersByTimeAsync(60_000));
    expect(URL.revokeObjectURL).toHaveBeenCalledWith(FILE_URL);
  });

  it('keeps to the filters, and says in the name that it is a part', async () => {
    api.exportAudit.mockResolvedValue(new Blob());
    show({ actor: 'user:default/ada', outcome: 'refused' });
    await user.click(await button('CSV'));
    expect(api.exportAudit).toHaveBeenCalledWith({
      format: 'csv',
      actor: 'user:default/ada',
      outcome: 'refused',
    });
    expect(downloads[0].name).toBe('modelops-audit-2026-11-22-filtered.csv');
  });

  it('makes one file at a time, and says that it takes a while', async () => {
    const file = deferred<Blob>();
    api.exportAudit.mockReturnValue(file.promise);
    show();
    await user.click(await button('CSV'));
    expect(screen.getByRole('status')).toHaveTextContent('Exporting');
    await user.click(await button('CSV'));
    await user.click(await button('JSONL'));
    expect(api.exportAudit).toHaveBeenCalledTimes(1);
    await act(async () => file.resolve(new Blob()));
    expect(await screen.findByText(/^Saved as/)).toBeInTheDocument();
    expect(downloads).toHaveLength(1);
  });

  it('shows a failure and tries the same again', async () => {
    api.exportAudit
      .mockRejectedValueOnce(new ModelopsError(503, 'internal', 'It broke off'))
      .mockResolvedValueOnce(new Blob());
    show();
    await user.click(await button('CSV'));
    expect(await screen.findByRole('alert')).toHaveTextContent('It broke off');
    expect(downloads).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(api.exportAudit).toHaveBeenLastCalledWith({ format: 'csv' });
    expect(await screen.findByText(/^Saved as/)).toBeInTheDocument();
    expect(downloads).toHaveLength(1);
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('says which file can be verified without the portal', async () => {
    show();
    expect(await button('JSONL')).toHaveAccessibleDescription(
      /JSONL without filters can be verified offline with modelops-audit verify/,
    );
  });
});
