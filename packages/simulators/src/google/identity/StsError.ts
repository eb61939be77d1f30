/** An error of the Security Token Service, which speaks OAuth and not google.rpc.Status. Source: reference, google section 1. */
export class StsError extends Error {
  constructor(
    readonly code:
      | 'invalid_request'
      | 'invalid_target'
      | 'invalid_grant'
      | 'invalid_scope'
      | 'invalid_client'
      | 'unauthorized_client'
      | 'unsupported_grant_type'
      | 'server_error',
    description: string,
    readonly status = 400,
  ) {
    super(description);
    this.name = 'StsError';
  }

  body(): Record<string, unknown> {
    return { error: this.code, error_description: this.message };
  }
}
