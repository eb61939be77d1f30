import { metricSeries } from './metricSeries';

describe('metricSeries', () => {
  it('gives what at least two versions have a number for, oldest first, with gaps', () => {
    const metric = (name: string, value: number | null) => ({ name, value });
    expect(
      metricSeries([
        { version: '10', metrics: [metric('a', 3), metric('b', 1)] },
        { version: '9', metrics: [metric('a', null), metric('b', null)] },
        { version: '2', metrics: [metric('a', 1)] },
      ]),
    ).toEqual([
      {
        name: 'a',
        points: [
          { version: '2', value: 1 },
          { version: '9', value: null },
          { version: '10', value: 3 },
        ],
      },
    ]);
  });
});
