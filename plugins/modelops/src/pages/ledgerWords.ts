import type {
  AuditVerification,
  LedgerProblem,
} from 'backstage-plugin-modelops-common';

/** `entry 17`, `entries 17 to 20`. */
export function entriesWord(from: number, to: number = from): string {
  return to > from ? `entries ${from} to ${to}` : `entry ${from}`;
}

/** `1 entry`, `12 entries`. */
export function countWord(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

type Word = (named: string, several: boolean) => string;

const PROBLEM_WORDS: Readonly<Record<LedgerProblem['kind'], Word>> = {
  changed: (named, several) =>
    `${upper(named)} ${several ? 'were' : 'was'} changed after being written`,
  missing: (named, several) =>
    `${upper(named)} ${several ? 'are' : 'is'} missing`,
  reordered: (named, several) =>
    `${upper(named)} ${several ? 'stand' : 'stands'} in the wrong place`,
  forked: (named, several) =>
    several
      ? `Some of ${named} were replaced`
      : `${upper(
          named,
        )} does not fit the entry before it: one of the two was replaced`,
  'tail-cut': (named, several) =>
    `The end of the ledger was cut off: ${named} ${
      several ? 'are' : 'is'
    } gone`,
  'checking-off': named => `Nothing guarded ${named} against changes`,
  'checkpoint-invalid': named =>
    `What vouches for ${named} is not signed with a key of this ledger`,
};

/** What is wrong with a ledger, for people who know no code. */
export function problemWord(problem: LedgerProblem): string {
  const { kind, sequence, toSequence = sequence } = problem;
  return PROBLEM_WORDS[kind](
    entriesWord(sequence, toSequence),
    toSequence > sequence,
  );
}

/** What to do about it. */
export function adviceFor(kind: LedgerProblem['kind']): string {
  switch (kind) {
    case 'checking-off':
      return (
        'The entries still fit together, so they may be right. Ask whoever administers the database what was done in that time, and ' +
        'compare these entries with a backup or with the copies in your logs.'
      );
    case 'checkpoint-invalid':
      return (
        'If the signing key was changed, name the public key of the old one under modelops.audit.checkpoints.trustedKeys and restart. ' +
        'If nobody changed it, somebody else signed: keep the database as it is and tell those who are responsible for security.'
      );
    default:
      return (
        'Keep the database and the places outside it as they are, and tell those who are responsible for security. Then export, and ' +
        'compare with the newest backup and with the copies in your logs.'
      );
  }
}

/** What the strength of a verification means. */
export function strengthWord(verification: AuditVerification): string {
  return verification.strength === 'anchored'
    ? `Anchored: a signed checkpoint outside the database vouches for all up to entry ${verification.anchoredSequence}, so not even the owner of the database could change those unnoticed.`
    : 'Internal: the database was compared only with itself. That finds accidents, but not a careful change by the owner of the database.';
}

/** How far the checkpoints have come at a place outside the database. */
export function deliveryWord(
  sink: AuditVerification['sinks'][number],
  newest: AuditVerification['newestCheckpoint'],
): string {
  if (sink.deliveredSequence === 0) return 'has none yet';
  const upTo = `has them up to entry ${sink.deliveredSequence}`;
  return newest && sink.deliveredSequence < newest.sequence
    ? `${upTo}; the newest has not arrived yet`
    : upTo;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
