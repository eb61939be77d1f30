import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { invalidParameter } from './errors';

/** Bytes of the seal that are kept: enough that nobody makes one up, short enough for a query. */
const SEAL_BYTES = 12;

/** Opaque page tokens: sealed with a key of this process and tied to the list and the principal they were made for. */
export class PageTokens {
  private readonly key = randomBytes(32);

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
      throw invalidParameter('Invalid page token');
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
