import { randomUUID } from 'node:crypto';

/** An error of the token endpoint, which speaks OAuth and not the REST shape. Source: reference, databricks section 1.2. */
export class OAuthError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    description: string,
  ) {
    super(description);
    this.name = 'OAuthError';
  }

  body(): Record<string, unknown> {
    return {
      error: this.code,
      error_id: randomUUID(),
      error_description: this.message,
    };
  }
}
