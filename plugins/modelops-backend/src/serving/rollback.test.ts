import type { ServedVersion } from 'backstage-plugin-modelops-common';
import type { StoredRun } from '../runs/runRow';
import { changeToTakeBack, rollbackTo } from './rollback';

const served = (
  id: string,
  share: number,
  ours: boolean = true,
): ServedVersion => ({
  id,
  model: ours ? 'main.fraud.detector' : 'main.growth.uplift',
  version: id.split('-')[1],
  share,
  ours,
  state: 'ready',
});

describe('rollbackTo', () => {
  it('restores the shares from before, and gives none to what came with the change', () => {
    expect(
      rollbackTo([served('d-2', 90), served('d-3', 10)], { 'd-2': 100 }),
    ).toEqual({ ok: true, shares: { 'd-2': 100, 'd-3': 0 } });
  });

  it('leaves other models what they have', () => {
    expect(
      rollbackTo(
        [served('u-1', 80, false), served('d-1', 0), served('d-2', 20)],
        { 'u-1': 80, 'd-1': 20 },
      ),
    ).toEqual({ ok: true, shares: { 'd-1': 20, 'd-2': 0 } });
  });

  it('says so if a version that had traffic is gone', () => {
    expect(rollbackTo([served('d-3', 100)], { 'd-2': 100 })).toEqual({
      ok: false,
      problem: 'd-2 had traffic before and is no longer served',
    });
  });

  it('says so if nothing would change', () => {
    expect(rollbackTo([served('d-2', 100)], { 'd-2': 100 })).toMatchObject({
      ok: false,
    });
  });

  it('says so if another model has another share since', () => {
    expect(
      rollbackTo(
        [served('u-1', 50, false), served('d-1', 40), served('d-2', 10)],
        { 'u-1': 80, 'd-1': 20 },
      ),
    ).toMatchObject({
      ok: false,
      problem: expect.stringContaining('have to make 50 %'),
    });
  });
});

describe('changeToTakeBack', () => {
  const change = (state: StoredRun['state'], before: StoredRun['before']) =>
    ({ id: `${state} ${JSON.stringify(before)}`, state, before } as StoredRun);
  const now = [served('d-2', 100), served('d-3', 0)];
  const known = change('succeeded', { 'd-2': 90, 'd-3': 10 });

  it.each<[string, StoredRun[], StoredRun | undefined]>([
    ['the newest that was made', [known], known],
    [
      'a later one that failed half way',
      [change('failed', { 'd-2': 50, 'd-3': 50 }), known],
      change('failed', { 'd-2': 50, 'd-3': 50 }),
    ],
    [
      'none that failed and changed nothing',
      [change('failed', { 'd-2': 100, 'd-3': 0 }), known],
      known,
    ],
    [
      'a later one of which nobody knows the end',
      [change('lost', { 'd-2': 70, 'd-3': 30 }), known],
      change('lost', { 'd-2': 70, 'd-3': 30 }),
    ],
    ['nothing', [], undefined],
  ])('is %s', (_which, changes, expected) => {
    expect(changeToTakeBack(now, changes)).toEqual(expected);
  });
});
