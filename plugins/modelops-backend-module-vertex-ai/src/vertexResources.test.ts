import { offers, operationsOf, parseResource } from './vertexResources';

describe('a resource', () => {
  it.each([
    ['training-template/forecast-weekly', 'training-template/forecast-weekly'],
    ['model/demand-forecast', 'model/demand-forecast'],
    ['model/007', 'model/7'],
    ['model/4567890123456789012', 'model/4567890123456789012'],
    ['endpoint/demand-forecast', 'endpoint/demand-forecast'],
    ['endpoint/000456', 'endpoint/456'],
  ])('%s is %s', (text, canonical) => {
    expect(parseResource(text)).toEqual({
      kind: canonical.split('/')[0],
      canonical,
    });
  });

  it.each([
    '',
    'model',
    'model/',
    'model/Demand',
    'model/a@1',
    'model/0',
    'model/9223372036854775808',
    'endpoint/a_b',
    'endpoint/-a',
    'endpoint/a/operations/1',
    'training-template/../other',
    'training-template/a b',
    'customJob/1',
    'projects/1/locations/europe-west4/models/a',
  ])('is not %s', text => {
    expect(parseResource(text)).toBeUndefined();
  });

  it('offers what its kind can do', () => {
    const template = { kind: 'training-template', canonical: 'x' };
    const endpoint = { kind: 'endpoint', canonical: 'x' };
    expect(operationsOf(template, 'train')).toEqual(['start']);
    expect(operationsOf(template, 'serve')).toEqual([]);
    expect(offers(endpoint, 'rollback')).toBe(true);
    expect(offers(endpoint, 'start')).toBe(false);
    expect(offers({ kind: 'constructor', canonical: 'x' }, 'start')).toBe(
      false,
    );
  });
});
