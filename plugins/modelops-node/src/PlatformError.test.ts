import { serializeError } from '@backstage/errors';
import {
  failingAs,
  ifFound,
  isRefusalStatus,
  PlatformError,
  refusal,
} from './PlatformError';

describe('PlatformError', () => {
  const error = new PlatformError(
    'databricks-prod',
    'platform-permission-denied',
    'databricks-prod denied access to job/8123.',
    { refused: true },
  );

  it('shows the browser its connection and code, and not what the backend decides by', () => {
    expect(serializeError(error)).toEqual({
      name: 'ServiceUnavailableError',
      message: 'databricks-prod denied access to job/8123.',
      connection: 'databricks-prod',
      code: 'platform-permission-denied',
    });
    expect(error.refused).toBe(true);
  });
});

describe('failingAs', () => {
  it('changes what a failure means and nothing else', async () => {
    const failed = refusal('prod', 'platform-permission-denied', 'No.');
    const error = await failingAs(
      { refused: false },
      Promise.reject(failed),
    ).catch(thrown => thrown);
    expect(error).toBeInstanceOf(PlatformError);
    expect(error).toMatchObject({
      connection: failed.connection,
      code: failed.code,
      message: failed.message,
      refused: false,
    });
  });

  it('leaves our own mistakes alone', async () => {
    const mistake = new TypeError('ours');
    await expect(
      failingAs({ refused: true }, Promise.reject(mistake)),
    ).rejects.toBe(mistake);
  });
});

describe('ifFound', () => {
  it('takes only what the platform does not know for nothing', async () => {
    const missing = refusal('prod', 'platform-not-found', 'Unknown.');
    const denied = refusal('prod', 'platform-permission-denied', 'No.');
    expect(await ifFound(Promise.resolve(1))).toBe(1);
    expect(await ifFound(Promise.reject(missing))).toBeUndefined();
    await expect(ifFound(Promise.reject(denied))).rejects.toBe(denied);
  });
});

describe('isRefusalStatus', () => {
  it.each([
    [400, true],
    [404, true],
    [408, false],
    [425, false],
    [499, false],
    [500, false],
    [302, false],
  ])('%s: %s', (status, certain) => {
    expect(isRefusalStatus(status)).toBe(certain);
  });
});
