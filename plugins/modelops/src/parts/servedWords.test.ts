import { FOREIGN, servedVersion } from '../__testUtils__/samples';
import {
  isPromoted,
  otherModels,
  previewDeploy,
  servedWord,
  sharesSentence,
} from './servedWords';

const served = [servedVersion('2', 60), servedVersion('4', 20), FOREIGN];

describe('what is served, in words', () => {
  it.each([
    ['a version of the model', servedVersion('2', 1), 'Version 2'],
    ['another model with its name', FOREIGN, 'main.hr.ranker version 7'],
    [
      'what has no version',
      { ...servedVersion('2', 1), version: undefined },
      'detector-2',
    ],
  ])('names %s', (_rule, one, word) => {
    expect(servedWord(one)).toBe(word);
  });

  it('names only the model in the shares that are restored', () => {
    expect(
      sharesSentence(served, {
        'detector-2': 80,
        'detector-4': 0,
        'ranker-7': 20,
      }),
    ).toBe('Version 2: 80 %, Version 4: 0 %');
  });

  it('names each other model once', () => {
    expect(otherModels([...served, { ...FOREIGN, id: 'ranker-8' }])).toEqual([
      'main.hr.ranker',
    ]);
  });

  it('previews a new version as the last line', () => {
    const { changes } = previewDeploy(served, '5', 8);
    expect(changes.map(({ label, now, then }) => [label, now, then])).toEqual([
      ['Version 2', 60, 54],
      ['Version 4', 20, 18],
      ['main.hr.ranker version 7', 20, 20],
      ['Version 5', undefined, 8],
    ]);
  });

  it('previews a version that is served already in its place', () => {
    const { changes } = previewDeploy(served, '4', 80);
    expect(changes.map(({ label, now, then }) => [label, now, then])).toEqual([
      ['Version 2', 60, 0],
      ['Version 4', 20, 80],
      ['main.hr.ranker version 7', 20, 20],
    ]);
  });

  it('knows what has all that the model can have', () => {
    expect(isPromoted(served, '4')).toBe(false);
    expect(isPromoted([servedVersion('4', 80), FOREIGN], '4')).toBe(true);
  });
});
