import { refusal } from 'backstage-plugin-modelops-node';
import { TokenWatch } from './TokenWatch';

const SIGNATURE = 'c2lnbmF0dXJlLW9mLWEtdG9rZW4';
const TOKEN = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.${SIGNATURE}`;
const UNSIGNED = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.';

describe('TokenWatch', () => {
  const watch = new TokenWatch();
  const failing = (message: string) =>
    watch.failureOf(
      Promise.reject(refusal('prod', 'platform-permission-denied', message)),
    );
  beforeEach(() => {
    watch.clear();
    watch.seen(TOKEN);
    watch.seen(UNSIGNED);
  });

  it('gives the error of what has to fail', async () => {
    expect((await failing('prod said no.')).message).toBe('prod said no.');
  });

  it.each([
    ['a token', TOKEN],
    ['its signature', SIGNATURE],
    ['a token in an address', encodeURIComponent(UNSIGNED)],
    ['a token as Base64', Buffer.from(TOKEN).toString('base64')],
  ])('finds %s in a message', async (_, text) => {
    await expect(failing(`prod said no to ${text}.`)).rejects.toThrow(
      'A token is in it',
    );
  });

  it('finds a token however short it is', async () => {
    watch.seen('tok-7');
    await expect(failing('prod said no to tok-7.')).rejects.toThrow(
      'A token is in it',
    );
  });

  it('finds a token that only an inspector shows', () => {
    const error = new Error('no');
    Object.defineProperty(error, 'request', { value: { token: TOKEN } });
    expect(() => watch.requireNoToken(error)).toThrow('A token is in it');
  });

  it('lets nothing pass that did not fail, or failed in another way', async () => {
    await expect(watch.failureOf(Promise.resolve(7))).rejects.toThrow(
      'It did not fail: 7',
    );
    const mistake = new TypeError('ours');
    await expect(watch.failureOf(Promise.reject(mistake))).rejects.toBe(
      mistake,
    );
  });
});
