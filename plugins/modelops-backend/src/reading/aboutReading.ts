import type { NewAuditEntry } from '../audit/auditEntry';
import type { Reading } from './PlatformReader';

/** What an entry says of an answer that was shown: whose credential read it, and whether it is one from before. */
export function aboutReading({
  facts,
  freshness: { failure, readAt },
  readAs,
}: Pick<
  Reading<unknown>,
  'facts' | 'freshness' | 'readAs'
>): Partial<NewAuditEntry> {
  const details = [
    ...(readAs === 'reader' ? ["It was read as the portal's reader."] : []),
    ...(failure
      ? [
          `The platform could not be asked (${failure.code}); the answer of ${readAt} was shown.`,
        ]
      : []),
  ];
  return {
    ...facts,
    ...(details.length > 0 && { detail: details.join(' ') }),
  };
}
