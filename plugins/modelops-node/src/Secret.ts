import { inspect } from 'node:util';
import { createHash } from 'node:crypto';

/**
 * A token or key. Printing, logging, inspecting or serialising it gives `[secret]`.
 * Call `reveal()` only where the outgoing request is built.
 * @public
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  /** First 16 hex digits of the SHA-256: names the secret in an audit entry without giving it away. */
  fingerprint(): string {
    return createHash('sha256').update(this.#value).digest('hex').slice(0, 16);
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
