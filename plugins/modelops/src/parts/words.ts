import {
  type Binding,
  ERROR_CODES,
  type Operation,
  type Run,
  type RunAction,
  type RunFailure,
  type RunsAs,
  type RunState,
} from 'backstage-plugin-modelops-common';

/** States as a person reads them. */
export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  requested: 'Requested',
  submitted: 'Submitted',
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  canceled: 'Canceled',
  unknown: 'Finding out',
  lost: 'Lost',
  'awaiting-approval': 'Awaiting approval',
  declined: 'Declined',
};

export const ACTION_WORDS: Readonly<Record<RunAction, string>> = {
  train: 'Train',
  deploy: 'Deploy',
  serve: 'Serve',
};

/** What a run does, as a person reads it. */
export const OPERATION_WORDS: Readonly<Record<Operation, string>> = {
  start: 'Train',
  deploy: 'Deploy',
  'set-alias': 'Set alias',
  traffic: 'Traffic',
  promote: 'Promote',
  rollback: 'Roll back',
  stop: 'Stop serving',
};

/** `ada` for `user:default/ada`; any other reference as it is. */
export function personWord(entityRef: string): string {
  return entityRef.replace(/^user:default\//, '');
}

/** `fraud-detector` for `resource:default/fraud-detector`; with another namespace, that too. */
export function entityWord(entityRef: string): string {
  return entityRef.replace(/^[^:]+:(default\/)?/, '');
}

/** What to do about a code, unless we do not know it. */
export function hintFor(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(ERROR_CODES, code)
    ? ERROR_CODES[code as keyof typeof ERROR_CODES]
    : undefined;
}

/** What to do about a failure, unless its message says so already. */
export function furtherHint(failure: {
  code?: string;
  message: string;
}): string | undefined {
  const hint = hintFor(failure.code);
  return hint && !failure.message.includes(hint) ? `${hint}.` : undefined;
}

/** What went wrong, and what to do about it. */
export function failureSentence(failure: RunFailure): string {
  return [failure.message, furtherHint(failure)].filter(Boolean).join(' ');
}

/** Who the platform sees when the signed-in person starts something. */
export function startsAsWord(runsAs: RunsAs): string {
  if (runsAs.kind === 'person') return `you, ${runsAs.principal}`;
  return runsAs.through === 'person'
    ? `the service principal ${runsAs.principal}, reached with your own token`
    : `the service principal ${runsAs.principal}, reached with the portal's own token: the platform sees the portal, not you`;
}

/** Who the platform saw for a run of anybody. */
export function ranAsWord(runsAs: RunsAs): string {
  if (runsAs.kind === 'person') return runsAs.principal;
  return runsAs.through === 'person'
    ? `service principal ${runsAs.principal}`
    : `service principal ${runsAs.principal}, through the portal's own token`;
}

/** `Train run 12`, to name a run in a sentence or a label. */
export function runWord(run: Pick<Run, 'operation' | 'auditSequence'>): string {
  return `${OPERATION_WORDS[run.operation]} run ${run.auditSequence}`;
}

/** `<connection>:<resource>`, as requests name one of several bound resources. */
export function targetOf(
  binding: Pick<Binding, 'connection' | 'resource'>,
): string {
  return `${binding.connection}:${binding.resource}`;
}

/** Six significant digits: enough to compare two runs, short enough to read. */
export function metricWord(value: number | null): string {
  return value === null ? 'not a number' : String(Number(value.toPrecision(6)));
}
