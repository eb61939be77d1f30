import {
  asciiLowerCase,
  nameOf,
  operationsOf,
  parseResource,
  RESOURCE_FORMS,
} from './databricksResources';

describe('parseResource', () => {
  it.each([
    ['job/8123', 'job/8123'],
    ['job/0008123', 'job/8123'],
    ['job/708062954842468123', 'job/708062954842468123'],
    ['job/9223372036854775807', 'job/9223372036854775807'],
    ['model/main.fraud.detector', 'model/main.fraud.detector'],
    ['model/Main.Fraud.Detector_2', 'model/main.fraud.detector_2'],
    [
      'registered-model/Fraud Detector (v2)',
      'registered-model/Fraud Detector (v2)',
    ],
    ['endpoint/fraud-live_2', 'endpoint/fraud-live_2'],
  ])('reads %s as %s', (text, canonical) => {
    const resource = parseResource(text);
    expect(resource?.canonical).toBe(canonical);
    expect(`${resource?.kind}/${nameOf(resource!)}`).toBe(canonical);
    // The canonical spelling reads as itself.
    expect(parseResource(canonical)).toEqual(resource);
  });

  it.each([
    '',
    '/',
    'job',
    'job/',
    'job/0',
    'job/-1',
    'job/+1',
    'job/1.0',
    'job/1e3',
    'job/0x1f',
    'job/ 8123',
    'job/8123 ',
    'job/8123\n',
    'job/8123/run/1',
    'job/8123?x=1',
    'job/8123#x',
    'job/8123%2f',
    'job/../8123',
    'job/９',
    'job/9223372036854775808',
    'JOB/8123',
    ' job/8123',
    'cluster/8123',
    'https://evil.example/job/8123',
    'job/https://evil.example',
    '//evil.example/job/8123',
    'model/fraud',
    'model/main.fraud',
    'model/main.fraud.detector.more',
    'model/main..detector',
    'model/main.fraud.',
    'model/main.fraud.det ector',
    'model/main.fraud.det/ector',
    'model/main.fraud.det%2fector',
    'model/main.fraud.@evil',
    'model/main.fraud.*',
    'model/main.fraud.\u212A', // the Kelvin sign, which lower case makes a k of
    'model/main.fraud.detector\u0000',
    'registered-model/..',
    'registered-model/a..b',
    'registered-model/a/b',
    'registered-model/a:b',
    'registered-model/a%2fb',
    'registered-model/a@b',
    'registered-model/a ',
    'registered-model/a\u202eb',
    'endpoint/a.b',
    'endpoint/a/invocations',
    'endpoint/../x',
    'constructor/x',
    '__proto__/x',
  ])('refuses %j', text => {
    expect(parseResource(text)).toBeUndefined();
  });

  it.each(['job/', 'model/', 'registered-model/', 'endpoint/', '', '/'])(
    'refuses 10 kB after %j, at once',
    prefix => {
      for (const filler of [
        '1',
        '0',
        'a',
        '.',
        'a.',
        ' ',
        '/',
        '%2f',
        '\u0000',
      ]) {
        const text = `${prefix}${filler.repeat(10_240 / filler.length)}`;
        const began = performance.now();
        expect(parseResource(text)).toBeUndefined();
        expect(performance.now() - began).toBeLessThan(2_000);
      }
    },
  );

  it('has a form for each kind', () => {
    expect(RESOURCE_FORMS.map(form => form.split('/')[0])).toEqual([
      'job',
      'model',
      'registered-model',
      'endpoint',
    ]);
  });
});

describe('operationsOf', () => {
  it.each([
    ['job/8123', 'train', ['start']],
    ['job/8123', 'deploy', []],
    ['job/8123', 'serve', []],
    ['model/main.fraud.detector', 'train', []],
    ['model/main.fraud.detector', 'deploy', ['set-alias']],
    ['endpoint/fraud', 'deploy', ['deploy']],
    ['endpoint/fraud', 'serve', ['traffic', 'promote', 'rollback', 'stop']],
    ['endpoint/fraud', 'train', []],
    ['registered-model/fraud', 'deploy', []],
  ] as const)('%s offers for %s: %j', (text, action, operations) => {
    expect(operationsOf(parseResource(text)!, action)).toEqual(operations);
  });
});

describe('asciiLowerCase', () => {
  it('folds A to Z and nothing else', () => {
    expect(asciiLowerCase('ADA@Acme.example')).toBe('ada@acme.example');
    expect(asciiLowerCase('\u212A\u0130')).toBe('\u212A\u0130');
  });
});
