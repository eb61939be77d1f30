import { mapFewAtATime } from './mapFewAtATime';

describe('mapFewAtATime', () => {
  it('keeps the order, with at most four calls under way', async () => {
    let underWay = 0;
    let most = 0;
    const items = [...Array(10).keys()];
    const results = await mapFewAtATime(items, async item => {
      most = Math.max(most, ++underWay);
      for (let turn = item; turn < items.length; turn++) await null; // the first takes longest
      underWay -= 1;
      return item * 2;
    });
    expect(results).toEqual(items.map(item => item * 2));
    expect(most).toBe(4);
  });

  it('begins nothing after a failure', async () => {
    const begun: number[] = [];
    const failing = mapFewAtATime([...Array(50).keys()], async item => {
      begun.push(item);
      await null;
      throw new Error(`item ${item}`);
    });
    await expect(failing).rejects.toThrow('item 0');
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('maps nothing to nothing', async () => {
    expect(await mapFewAtATime([], async item => item)).toEqual([]);
  });
});
