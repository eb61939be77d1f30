import { format, inspect } from 'node:util';
import { Secret } from './Secret';

const VALUE = 'the-token-itself';

describe('Secret', () => {
  const secret = new Secret(VALUE);

  it.each<[string, () => string]>([
    ['a template', () => `${secret}`],
    ['joining', () => ['a', secret].join(' ')],
    ['String()', () => String(secret)],
    ['JSON', () => JSON.stringify({ deep: [secret] })],
    ['inspect', () => inspect(secret, { showHidden: true, depth: 9 })],
    [
      'inspect of what holds it',
      () => inspect({ deep: { secret } }, { showHidden: true, depth: 9 }),
    ],
    ['format', () => format('%s %o %O %j', secret, secret, secret, secret)],
    [
      'its keys',
      () =>
        JSON.stringify([
          Object.entries(secret),
          Object.getOwnPropertyNames(secret),
        ]),
    ],
    ['a copy', () => JSON.stringify({ ...secret })],
    ['an error about it', () => inspect(new Error(`failed with ${secret}`))],
  ])('does not show its value in %s', (_how, show) => {
    expect(show()).not.toContain(VALUE);
  });

  it('is given away on request only', () => {
    expect(secret.reveal()).toBe(VALUE);
  });

  it('has a fingerprint that is stable and short', () => {
    expect(secret.fingerprint()).toMatch(/^[0-9a-f]{16}$/);
    expect(new Secret(VALUE).fingerprint()).toBe(secret.fingerprint());
    expect(new Secret('other').fingerprint()).not.toBe(secret.fingerprint());
  });
});
