import { Recent } from './Recent';

describe('Recent answers', () => {
  let now = 0;
  let asked = 0;
  const recent = () =>
    new Recent<number>({ freshMs: 10, most: 2, clock: () => now });
  const ask = async () => {
    asked += 1;
    return asked;
  };
  beforeEach(() => {
    now = 0;
    asked = 0;
  });

  it('are given to whoever asks the same within the time, and no longer', async () => {
    const answers = recent();
    expect(await answers.get('a', ask)).toBe(1);
    now = 9;
    expect(await answers.get('a', ask)).toBe(1);
    expect(await answers.get('b', ask)).toBe(2);
    now = 10;
    expect(await answers.get('a', ask)).toBe(3);
  });

  it('are asked for once while one is on its way', async () => {
    const answers = recent();
    expect(
      await Promise.all([answers.get('a', ask), answers.get('a', ask)]),
    ).toEqual([1, 1]);
  });

  it('are not kept when they failed', async () => {
    const answers = recent();
    const failing = answers.get('a', async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await answers.get('a', ask)).toBe(1);
  });

  it('make room for newer ones', async () => {
    const answers = recent();
    for (const key of ['a', 'b', 'c']) await answers.get(key, ask);
    expect(await answers.get('b', ask)).toBe(2);
    expect(await answers.get('a', ask)).toBe(4);
  });
});
