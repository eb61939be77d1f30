import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Bytes of the seal that are kept: enough that nobody makes one up, short enough for a query. */
const SEAL_BYTES = 12;

/** Opaque page tokens: sealed with a key of this object and tied to the list, its filter and the principal they were made for. */
export class PageTokens {
  private readonly key = randomBytes(32);

  /** @param invalid - what the platform answers to a token that it did not issue for this list */
  constructor(private readonly invalid: () => Error) {}

  issue(list: string, offset: number): string {
    const position = Buffer.from(String(offset));
    return Buffer.concat([this.seal(list, offset), position]).toString(
      'base64url',
    );
  }

  /** Where the page begins; 0 without a token. */
  offsetOf(list: string, token: string | undefined): number {
    if (token === undefined || token === '') return 0;
    const bytes = Buffer.from(token, 'base64url');
    const offset = Number(bytes.subarray(SEAL_BYTES).toString());
    const sealed = bytes.subarray(0, SEAL_BYTES);
    if (
      sealed.length !== SEAL_BYTES ||
      !timingSafeEqual(sealed, this.seal(list, offset))
    ) {
      throw this.invalid();
    }
    return offset;
  }

  private seal(list: string, offset: number): Buffer {
    return createHmac('sha256', this.key)
      .update(`${list}\n${offset}`)
      .digest()
      .subarray(0, SEAL_BYTES);
  }
}
