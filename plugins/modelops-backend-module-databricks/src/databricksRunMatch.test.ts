import { aRun, LOST_START } from './__testUtils__/runs';
import { findDifference } from './databricksRunMatch';
import type { DatabricksRun } from './databricksSchemas';

describe('findDifference', () => {
  it.each<[string, DatabricksRun, string | undefined]>([
    ['the same run is ours', aRun(), undefined],
    [
      'the case of the creator does not matter',
      aRun({ creator_user_name: 'ADA@ACME.EXAMPLE' }),
      undefined,
    ],
    [
      'parameters we do not know are not compared',
      aRun({ parameters: { password: 'x' } }),
      undefined,
    ],
    ['another job', aRun({ job_id: 8124 }), 'job'],
    ['no job', aRun({ job_id: null }), 'job'],
    [
      'somebody else',
      aRun({ creator_user_name: 'mallory@acme.example' }),
      'creator',
    ],
    [
      'somebody whose name only looks the same',
      aRun({ creator_user_name: 'ada@ac\u217Fe.example' }),
      'creator',
    ],
    [
      'a creator who was deleted',
      aRun({ creator_user_name: undefined }),
      'creator-unknown',
    ],
    ['another value', aRun({ parameters: { epochs: '6' } }), 'parameters'],
    [
      'an equal number spelt otherwise',
      aRun({ parameters: { epochs: '5.0' } }),
      'parameters',
    ],
    [
      'a missing parameter',
      aRun({ job_parameters: [{ name: 'epochs', value: '5' }] }),
      'parameters',
    ],
    [
      'a default we did not ask for',
      aRun({ job_parameters: [{ name: 'epochs', default: '6' }] }),
      'parameters',
    ],
  ])('%s', (_rule, run, where) => {
    expect(findDifference(run, LOST_START)?.in).toBe(where);
  });
});
