import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { invalidArgument } from './googleErrors';

/** Bytes of the seal that are kept. */
const SEAL_BYTES = 12;

/** Opaque page tokens, tied to the list, its filter and the principal they were made for. */
export class PageTokens {
  private readonly key = randomBytes(32);

  issue(list: string, offset: number): string {
    return Buffer.concat([
      this.seal(list, offset),
      Buffer.from(String(offset)),
    ]).toString('base64url');
  }

  /** Where the page begins; undefined without a token. */
  offsetOf(list: string, token: string | undefined): number | undefined {
    if (!token) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const sealed = bytes.subarray(0, SEAL_BYTES);
    const offset = Number(bytes.subarray(SEAL_BYTES).toString());
    if (
      sealed.length !== SEAL_BYTES ||
      !timingSafeEqual(sealed, this.seal(list, offset))
    )
      throw invalidArgument('The page token is invalid.');
    return offset;
  }

  private seal(list: string, offset: number): Buffer {
    return createHmac('sha256', this.key)
      .update(`${list}\n${offset}`)
      .digest()
      .subarray(0, SEAL_BYTES);
  }
}
