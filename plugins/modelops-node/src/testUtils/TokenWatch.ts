import { inspect } from 'node:util';
import { PlatformError } from 'backstage-plugin-modelops-node';

/** Shorter signatures stand in other texts by chance; that of an unsigned token is empty. */
const SHORTEST_SIGNATURE = 11;

/** Knows every token that a test has held, so that none of them may turn up in what is shown. @public */
export class TokenWatch {
  private readonly tokens = new Set<string>();

  /** Remembers a token, and gives it back. */
  seen(token: string): string {
    if (token) this.tokens.add(token);
    return token;
  }

  clear(): void {
    this.tokens.clear();
  }

  /** Throws if a token, or the signature of one, can be found by any way of showing the value. */
  requireNoToken(value: unknown): void {
    const shown = [
      inspect(value, { showHidden: true, depth: 12 }),
      JSON.stringify(value),
      value instanceof Error ? `${value.message}\n${value.stack}` : '',
    ].join('\n');
    const leaked = [...this.tokens]
      // A signature alone is as good as the whole token to whoever has the rest from elsewhere.
      .flatMap(token => [token, ...signatureOf(token)])
      .flatMap(piece => [
        piece,
        encodeURIComponent(piece),
        Buffer.from(piece).toString('base64'),
      ])
      .some(piece => shown.includes(piece));
    if (leaked) throw new Error('A token is in it');
  }

  /** The error of something that has to fail; throws unless it is a PlatformError without a token in it. */
  async failureOf(doing: Promise<unknown>): Promise<PlatformError> {
    const error = await doing.then(
      value => new Error(`It did not fail: ${inspect(value)}`),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof PlatformError)) throw error;
    this.requireNoToken(error);
    return error;
  }
}

function signatureOf(token: string): string[] {
  return token
    .split('.')
    .slice(-1)
    .filter(({ length }) => length >= SHORTEST_SIGNATURE);
}
