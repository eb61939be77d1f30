import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  type AuditVerification,
  ModelopsError,
} from 'backstage-plugin-modelops-common';
import {
  deferred,
  type FakeModelopsApi,
  fakeModelopsApi,
} from '../__testUtils__/fakeApi';
import { renderWithApis } from '../__testUtils__/renderWithApis';
import { verification } from '../__testUtils__/samples';
import { LedgerState } from './LedgerState';

let api: FakeModelopsApi;
beforeEach(() => {
  api = fakeModelopsApi();
});

const panel = () => screen.findByRole('region', { name: 'Ledger state' });
const verifyNow = () => screen.findByRole('button', { name: 'Verify now' });
const onShowEntry = jest.fn();
const show = () =>
  renderWithApis(<LedgerState onShowEntry={onShowEntry} />, api);

async function verify(answer: AuditVerification) {
  api.verifyAudit.mockResolvedValue(answer);
  show();
  await userEvent.click(await verifyNow());
  await screen.findByText('Checked');
}

/** What stands beside a name. */
const fact = (name: string) =>
  screen.getByText(name, { selector: 'dt' }).nextSibling;

describe('LedgerState', () => {
  it('verifies only when asked', async () => {
    show();
    expect(await panel()).toHaveTextContent('Verifying reads every entry');
    expect(api.verifyAudit).not.toHaveBeenCalled();
  });

  it('says what it does while that takes, asks once, and keeps the focus', async () => {
    const answer = deferred<AuditVerification>();
    api.verifyAudit.mockReturnValue(answer.promise);
    show();
    await userEvent.click(await verifyNow());
    expect(screen.getByRole('status')).toHaveTextContent('Verifying');
    await userEvent.click(await verifyNow());
    expect(api.verifyAudit).toHaveBeenCalledTimes(1);
    await act(async () => answer.resolve(verification));
    expect(screen.getByRole('status')).toHaveTextContent(
      'Intact up to entry 42',
    );
    expect(await verifyNow()).toHaveFocus();
  });

  it('says how far the proof goes, and what is not covered by it', async () => {
    await verify(verification);
    expect(screen.getByRole('status')).toHaveTextContent(
      'a signed checkpoint outside the database vouches for all up to entry 40',
    );
    expect(fact('Checked')).toHaveTextContent('entries 1 to 42');
    expect(fact('Newest anchored entry')).toHaveTextContent('40');
    expect(fact('Not anchored yet')).toHaveTextContent('2 entries');
    expect(fact('Newest checkpoint')).toHaveTextContent(
      /on entry 40, .* key key-1/,
    );
    expect(fact('Archived')).toHaveTextContent('none');
    const sinks = fact('Checkpoints outside the database') as HTMLElement;
    expect(
      within(sinks)
        .getAllByRole('listitem')
        .map(item => item.textContent),
    ).toEqual([
      'disk (file) has them up to entry 40',
      'vault (HTTP address) has them up to entry 12; the newest has not arrived yet',
    ]);
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('does not claim more than the database itself can prove', async () => {
    await verify({
      ...verification,
      strength: 'internal',
      anchoredSequence: 0,
      unanchoredEntries: 42,
      newestCheckpoint: undefined,
      archivedEntries: 1,
      sinks: [],
    });
    expect(screen.getByRole('status')).toHaveTextContent(
      'not a careful change by the owner of the database',
    );
    expect(fact('Newest anchored entry')).toHaveTextContent('none');
    expect(fact('Newest checkpoint')).toHaveTextContent('none');
    expect(fact('Archived')).toHaveTextContent('1 entry moved to files');
    expect(fact('Checkpoints outside the database')).toHaveTextContent(
      'modelops.audit.checkpoints.sinks',
    );
  });

  it('has words for an empty ledger', async () => {
    await verify({
      ...verification,
      fromSequence: 0,
      toSequence: 0,
      strength: 'internal',
      anchoredSequence: 0,
      unanchoredEntries: 0,
    });
    expect(screen.getByRole('status')).toHaveTextContent('The ledger is empty');
    expect(fact('Checked')).toHaveTextContent('none');
    expect(fact('Not anchored yet')).toHaveTextContent('none');
  });

  it('names what is wrong, where, and what to do', async () => {
    await verify({
      ...verification,
      intact: false,
      problem: {
        kind: 'changed',
        sequence: 17,
        message: 'Entry 17 was changed: its content does not give its hash.',
      },
    });
    const alert = screen.getByRole('alert');
    expect(alert).toHaveTextContent('Entry 17 was changed after being written');
    expect(alert).toHaveTextContent('its content does not give its hash');
    expect(alert).toHaveTextContent('Keep the database');
    expect(screen.queryByText(/Intact/)).not.toBeInTheDocument();
  });

  it('leads to both ends of what is wrong', async () => {
    await verify({
      ...verification,
      intact: false,
      problem: {
        kind: 'missing',
        sequence: 17,
        toSequence: 20,
        message: 'Entries 17 to 20 are missing.',
      },
    });
    for (const end of [17, 20]) {
      await userEvent.click(
        screen.getByRole('button', { name: `Show the entries around ${end}` }),
      );
      expect(onShowEntry).toHaveBeenLastCalledWith(end);
    }
  });

  it('shows no old result beside a failure, and tries again', async () => {
    await verify(verification);
    api.verifyAudit.mockRejectedValueOnce(
      new ModelopsError(503, 'audit-unavailable', 'The ledger is not there'),
    );
    await userEvent.click(await verifyNow());
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The ledger could not be verified',
    );
    expect(screen.queryByText(/Intact/)).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByText('Intact up to entry 42'),
    ).toBeInTheDocument();
  });
});
