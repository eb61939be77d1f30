import type {
  AuditorService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import type { AuditCode, AuditEntry } from 'backstage-plugin-modelops-common';

/** Codes an operator wants to see at Backstage's default log level: starts, cancels and refusals. */
const MEDIUM =
  /^(run\.(requested|refused|cancel-.*|not-ours|late)|.*\.refused|audit\.(exported|archived|key-added)|refusals\.suppressed)$/;
/** Codes that change who may do what. */
const HIGH = /^mapping\./;

/**
 * Gives Backstage's auditor a copy of a committed entry, once: with its end, since an entry is nothing that is still under way.
 * The ledger is the record; the auditor writes logs, so a failure here is logged and nothing else.
 */
export function copyToAuditor(auditor: AuditorService, logger: LoggerService) {
  return (entry: AuditEntry) => {
    auditor
      .createEvent({
        eventId: entry.code.replace('.', '-'),
        severityLevel: severityOf(entry.code),
      })
      .then(event => event.success({ meta: { ...entry } as JsonObject }))
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
