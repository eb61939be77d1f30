import { LINGER_MS, LiveRead, LONGEST_PAUSE_MS, POLL_MS } from './LiveRead';
import { deferred } from '../__testUtils__/fakeApi';

type State = 'open' | 'over';

let hidden = false;
function setHidden(value: boolean) {
  hidden = value;
  document.dispatchEvent(new Event('visibilitychange'));
}

beforeAll(() => {
  Object.defineProperty(document, 'hidden', { get: () => hidden });
});
beforeEach(() => {
  hidden = false;
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const pass = (milliseconds: number) =>
  jest.advanceTimersByTimeAsync(milliseconds);

function liveRead(read: () => Promise<State>, onUnused?: () => void) {
  return new LiveRead<State>({
    read,
    isOpen: state => state === 'open',
    onUnused,
  });
}

describe('LiveRead', () => {
  it('reads at once, then every interval while open, and stops when over', async () => {
    const read = jest
      .fn<Promise<State>, []>()
      .mockResolvedValueOnce('open')
      .mockResolvedValueOnce('open')
      .mockResolvedValueOnce('over');
    const live = liveRead(read);
    live.subscribe(() => {});
    expect(read).toHaveBeenCalledTimes(1);
    await pass(POLL_MS);
    expect(read).toHaveBeenCalledTimes(2);
    await pass(POLL_MS);
    expect(live.view.value).toBe('over');
    await pass(10 * LONGEST_PAUSE_MS);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('never reads while a read is under way, however slow it is', async () => {
    const slow = deferred<State>();
    const read = jest.fn(() => slow.promise);
    const live = liveRead(read);
    live.subscribe(() => {});
    live.subscribe(() => {});
    live.refresh();
    await pass(10 * POLL_MS);
    setHidden(false);
    expect(read).toHaveBeenCalledTimes(1);
    slow.resolve('open');
    await pass(POLL_MS);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('rests while the tab is hidden and reads at once when it is seen again', async () => {
    const read = jest.fn(async (): Promise<State> => 'open');
    const live = liveRead(read);
    live.subscribe(() => {});
    await pass(0);
    setHidden(true);
    await pass(10 * POLL_MS);
    expect(read).toHaveBeenCalledTimes(1);
    setHidden(false);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('does not read in a hidden tab after a read that began before', async () => {
    const slow = deferred<State>();
    const read = jest.fn(() => slow.promise);
    liveRead(read).subscribe(() => {});
    setHidden(true);
    slow.resolve('open');
    await pass(10 * POLL_MS);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('keeps the last good answer with its time through failures, and pauses longer after each', async () => {
    const read = jest.fn<Promise<State>, []>().mockResolvedValueOnce('open');
    const live = liveRead(read);
    live.subscribe(() => {});
    await pass(0);
    const readAt = live.view.readAt;
    read.mockRejectedValue(new Error('down'));
    await pass(POLL_MS);
    expect(live.view).toMatchObject({ value: 'open', readAt });
    expect(live.view.error?.message).toBe('down');
    await pass(2 * POLL_MS - 1);
    expect(read).toHaveBeenCalledTimes(2);
    await pass(1);
    expect(read).toHaveBeenCalledTimes(3);
    await pass(4 * POLL_MS);
    expect(read).toHaveBeenCalledTimes(4);

    read.mockResolvedValue('open');
    await pass(LONGEST_PAUSE_MS);
    expect(live.view.error).toBeUndefined();
    const calls = read.mock.calls.length;
    await pass(POLL_MS);
    expect(read).toHaveBeenCalledTimes(calls + 1);
  });

  it('does not let an older read overwrite what it was told meanwhile', async () => {
    const slow = deferred<State>();
    const live = liveRead(() => slow.promise);
    live.subscribe(() => {});
    live.set('over');
    slow.resolve('open');
    await pass(0);
    expect(live.view.value).toBe('over');
  });

  it('stops when nobody looks, and is let go a while later', async () => {
    const read = jest.fn(async (): Promise<State> => 'open');
    const unused = jest.fn();
    const live = liveRead(read, unused);
    const leave = live.subscribe(() => {});
    await pass(0);
    leave();
    await pass(LINGER_MS - 1);
    expect(unused).not.toHaveBeenCalled();
    await pass(1);
    expect(unused).toHaveBeenCalledTimes(1);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('does not read again for somebody who comes back soon', async () => {
    const read = jest.fn(async (): Promise<State> => 'over');
    const unused = jest.fn();
    const live = liveRead(read, unused);
    live.subscribe(() => {})();
    await pass(1_000);
    live.subscribe(() => {});
    await pass(LINGER_MS);
    expect(read).toHaveBeenCalledTimes(1);
    expect(unused).not.toHaveBeenCalled();
  });

  it('waits for the interval when the caller has a fresh value from elsewhere', async () => {
    const read = jest.fn(async (): Promise<State> => 'over');
    const live = new LiveRead<State>({
      read,
      isOpen: state => state !== 'over',
    });
    live.subscribe(() => {}, { soon: true });
    await pass(POLL_MS - 1);
    expect(read).not.toHaveBeenCalled();
    await pass(1);
    expect(read).toHaveBeenCalledTimes(1);
  });
});
