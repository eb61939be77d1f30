import { deployShareParameter, trafficParameters } from './trafficParameters';

const one = { id: 'one', version: '1', ours: true, share: 60 };
const two = { id: 'two', ours: true, share: 20 };
const theirs = { id: 'theirs', version: '9', ours: false, share: 20 };

describe('deployShareParameter', () => {
  it.each([
    ['the first version gets all', [], 100, 100],
    ['the first beside another model gets the rest', [theirs], 80, 80],
    ['another version of the model begins small', [one, two], 10, 100],
  ])('%s', (_rule, versions, share, most) => {
    expect(deployShareParameter(versions)).toMatchObject({
      name: 'traffic',
      default: share,
      field: { minimum: 0, maximum: most },
    });
  });
});

describe('trafficParameters', () => {
  it('has one for each version of the model, by its name on the platform', () => {
    expect(trafficParameters([one, two, theirs])).toMatchObject([
      { name: 'one', default: 60, field: { title: 'Version 1', maximum: 80 } },
      { name: 'two', default: 20, field: { title: 'two', maximum: 80 } },
    ]);
  });

  it('leaves out a name that no request can hold', () => {
    const long = { ...two, id: 'x'.repeat(129) };
    expect(trafficParameters([one, long])).toHaveLength(1);
  });
});
