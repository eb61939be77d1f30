import type { SpoiltAnswer } from './PlatformUnderTest';

const INVALID = ['platform-response-invalid'];
const FAILED = ['platform-failed', 'platform-unreachable'];
const UNREACHABLE = ['platform-unreachable'];

/** Answers that say nothing, and the codes that each may become. */
export const SPOILT_ANSWERS: ReadonlyArray<[SpoiltAnswer, readonly string[]]> =
  [
    [{ kind: 'status', status: 500 }, FAILED],
    [{ kind: 'status', status: 502 }, FAILED],
    [{ kind: 'status', status: 503, retryAfterSeconds: 0 }, FAILED],
    [{ kind: 'status', status: 504 }, FAILED],
    [{ kind: 'lost' }, UNREACHABLE],
    [{ kind: 'sign-in page' }, INVALID],
    [{ kind: 'garbage' }, INVALID],
    [{ kind: 'half' }, INVALID],
    [{ kind: 'empty' }, INVALID],
    [{ kind: 'huge' }, ['platform-response-too-large', ...INVALID]],
  ];

/** Where a redirect leads is not asked, so it is an answer that says nothing, or none. */
export const REDIRECT_CODES: readonly string[] = [...FAILED, ...INVALID];

/** An answer as the name of a test shows it. */
export function nameOf(answer: SpoiltAnswer): string {
  return answer.kind === 'status' ? `${answer.status}` : `‘${answer.kind}’`;
}
