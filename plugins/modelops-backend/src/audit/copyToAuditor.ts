import type {
  AuditorService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { AuditCode, AuditEntry } from 'backstage-plugin-modelops-common';

/** Codes an operator wants to see at Backstage's default log level: starts, cancels and refusals. */
const MEDIUM =
  /^(run\.(requested|refused|cancel-.*|not-ours|late)|.*\.refused|audit\.(exported|archived|key-added)|refusals\.suppressed)$/;
/** Codes that change who may do what. */
const HIGH = /^mapping\./;

/**
 * Gives Backstage's auditor a copy of a committed entry. The ledger is the record; the auditor writes logs, so a failure
 * here is logged and nothing else.
 */
export function copyToAuditor(auditor: AuditorService, logger: LoggerService) {
  return (entry: AuditEntry) => {
    auditor
      .createEvent({
        eventId: entry.code.replace('.', '-'),
        severityLevel: severityOf(entry.code),
        meta: JSON.parse(JSON.stringify(entry)),
      })
      .then(event => event.success())
      .catch(error =>
        logger.warn(
          `The auditor did not take entry ${entry.sequence}: ${stringifyError(
            error,
          )}`,
        ),
      );
  };
}

function severityOf(code: AuditCode): 'low' | 'medium' | 'high' {
  if (HIGH.test(code)) return 'high';
  return MEDIUM.test(code) ? 'medium' : 'low';
}
