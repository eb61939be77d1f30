import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Access } from 'backstage-plugin-modelops-common';
import {
  type FakeModelopsApi,
  fakeModelopsApi,
} from '../__testUtils__/fakeApi';
import { renderWithApis } from '../__testUtils__/renderWithApis';
import { access, administrator } from '../__testUtils__/samples';
import { useAccess } from '../hooks/useAccess';
import { ConfigurationNotice } from './ConfigurationNotice';

type Configuration = NonNullable<Access['configuration']>;

const ALL_WELL: Configuration = {
  mappingSince: '2026-11-21T09:00:00.000Z',
  restartNeeded: [],
  warnings: [],
};
const REJECTED = administrator.configuration!;

let api: FakeModelopsApi;
beforeEach(() => {
  api = fakeModelopsApi();
});

function show(configuration?: Configuration, administer = true) {
  api.getAccess.mockResolvedValue({ ...access, administer, configuration });
  renderWithApis(
    <>
      <ConfigurationNotice />
      <Answered />
    </>,
    api,
  );
}
/** The access is known, so what is not there now does not come. */
function Answered() {
  return <p>{useAccess().value && 'Answered'}</p>;
}
const notices = () => screen.findByRole('region', { name: 'Configuration' });

describe('ConfigurationNotice', () => {
  it('says why the changed roles are not in effect, and since when others are', async () => {
    show(REJECTED);
    const [note] = within(await notices()).getAllByRole('note');
    expect(note).toHaveTextContent('The changed roles are not in effect');
    expect(
      note.querySelector('time[datetime="2026-11-21T09:00:00.000Z"]'),
    ).toBeInTheDocument();
    // Each problem keeps its line.
    expect(within(note).getByText(/must not be empty/).textContent).toBe(
      REJECTED.rejected!.message,
    );
  });

  it('is gone once the roles are right and somebody looks again', async () => {
    show(REJECTED);
    await notices();
    api.getAccess.mockResolvedValue({
      ...access,
      administer: true,
      configuration: ALL_WELL,
    });
    await userEvent.click(screen.getByRole('button', { name: 'Look again' }));
    await waitFor(() =>
      expect(screen.queryByRole('note')).not.toBeInTheDocument(),
    );
  });

  it('names the keys that wait for a restart, and what is probably not meant', async () => {
    show({
      ...ALL_WELL,
      restartNeeded: ['connections', 'identity'],
      warnings: ['modelops.roles is empty, so nobody may do anything'],
    });
    const [restart, warning] = within(await notices()).getAllByRole('note');
    expect(restart).toHaveTextContent(
      'modelops.connections, modelops.identity',
    );
    expect(warning).toHaveTextContent('nobody may do anything');
  });

  it.each<[string, Configuration | undefined, boolean]>([
    ['all is well', ALL_WELL, true],
    ['the backend says nothing of it', undefined, true],
    ['the person may not administer', REJECTED, false],
  ])('shows nothing when %s', async (_when, configuration, administer) => {
    show(configuration, administer);
    await screen.findByText('Answered');
    expect(screen.queryByRole('note')).not.toBeInTheDocument();
    expect(
      screen.queryByRole('region', { name: 'Configuration' }),
    ).not.toBeInTheDocument();
  });
});
