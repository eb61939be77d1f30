import { serializeError } from '@backstage/errors';
import { PlatformError } from './PlatformError';

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
