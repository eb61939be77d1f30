import { lifeLeftMs } from './tokenLife';
import { fakeToken } from './__testUtils__/fakeToken';

const now = new Date('2026-11-21T10:00:00Z');

describe('lifeLeftMs', () => {
  it('reads the time left from exp, whatever letters the token holds', () => {
    const token = fakeToken({
      exp: now.getTime() / 1000 + 90,
      name: 'Ünïcödé?>~',
    });
    expect(lifeLeftMs(token, now)).toBe(90_000);
  });

  it.each([
    ['an empty string', ''],
    ['no token at all', 'hello'],
    ['a token without exp', fakeToken({ sub: 'ada' })],
    ['a payload that is no JSON', 'a.b.c'],
  ])('gives %s no life', (_what, token) => {
    expect(lifeLeftMs(token, now)).toBe(0);
  });
});
