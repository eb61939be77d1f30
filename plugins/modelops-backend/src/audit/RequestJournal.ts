import { ServiceUnavailableError } from '@backstage/errors';
import { PlatformError } from 'backstage-plugin-modelops-node';
import type { AuditCode, AuditOutcome } from 'backstage-plugin-modelops-common';
import {
  codeOf,
  InvalidRequestError,
  isOurs,
  TooManyRefusalsError,
} from '../errors';
import type { AuditLedger } from './AuditLedger';
import type { NewAuditEntry } from './auditEntry';
import type { RefusalMeter } from './RefusalMeter';

/** What a request is known to be about when it ends; the longer it lives, the more of it is known. */
export type RequestFacts = Omit<
  NewAuditEntry,
  'code' | 'outcome' | 'refusalCode' | 'detail'
>;

/** Codes of the entry that closes a request which did not get what it asked for. */
export interface ClosingCodes {
  refused: AuditCode;
  failed: AuditCode;
}

/** A missing or refused credential is a refusal (design D6), unlike an outage of what is called with one. */
const REFUSING_PLATFORM_CODES =
  /^(exchange-|credential-|platform-identity-mismatch$|platform-permission-denied$)/;

/** Gives each request its one closing entry (design §5). */
export class RequestJournal {
  constructor(
    private readonly options: { ledger: AuditLedger; meter: RefusalMeter },
  ) {}

  /**
   * Closes a request that ended with `error`, and gives the error to answer with: the same one, or `too-many-refusals`.
   * A malformed request leaves no entry. Throws `audit-unavailable` if the entry cannot be written.
   */
  async close(
    error: unknown,
    codes: ClosingCodes,
    facts: RequestFacts,
  ): Promise<unknown> {
    if (
      error instanceof InvalidRequestError ||
      error instanceof TooManyRefusalsError
    )
      return error;
    if (codeOf(error) === 'audit-unavailable') return error;
    const outcome = outcomeOf(error);
    if (!this.options.meter.admit(facts.actor, outcome)) {
      return new TooManyRefusalsError();
    }
    await this.options.ledger.record(
      {
        ...facts,
        code: codes[outcome],
        outcome,
        refusalCode: codeOf(error),
        detail: isOurs(error)
          ? error.message
          : 'An unexpected error; see the log of the backend.',
      },
      'apart',
    );
    return error;
  }
}

function outcomeOf(
  error: unknown,
): Extract<AuditOutcome, 'refused' | 'failed'> {
  if (error instanceof PlatformError) {
    return REFUSING_PLATFORM_CODES.test(error.code) ? 'refused' : 'failed';
  }
  // Something we need does not work: nobody said no.
  if (error instanceof ServiceUnavailableError) return 'failed';
  return isOurs(error) ? 'refused' : 'failed';
}
