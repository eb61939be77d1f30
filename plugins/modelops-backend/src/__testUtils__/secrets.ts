import { inspect } from 'node:util';
import type { LoggedRequest } from 'modelops-simulators';
import type { Portal } from './portal';

/** A platform's error that repeats a token in each of the usual places. */
export function echoOf(token: string, status: number) {
  return {
    effect: 'body',
    status,
    body: JSON.stringify({
      error_code: 'PERMISSION_DENIED',
      error: token,
      message: `no: ${token}`,
      error_description: token,
    }),
  } as const;
}

/** Every credential that went over the wire to a simulator. */
export function credentialsOf(requests: LoggedRequest[]): string[] {
  const found = new Set<string>();
  for (const { headers, body } of requests) {
    const [, bearer] =
      /^Bearer (.+)$/.exec(String(headers.authorization ?? '')) ?? [];
    if (bearer) found.add(bearer);
    const [, subject] =
      /subject_token["=: ]+([A-Za-z0-9_.-]{40,})/.exec(
        JSON.stringify(body ?? ''),
      ) ?? [];
    if (subject) found.add(subject);
  }
  return [...found];
}

/** Throws where one of the secrets is in what a portal has said or kept, in whatever spelling. */
export async function requireUnsaid(
  portal: Portal,
  more: readonly string[],
): Promise<void> {
  const secrets = new Set([...portal.idTokens, ...more]);
  const places: [string, string][] = [
    ['logs', portal.logs.join('\n')],
    ['answers', portal.answers.join('\n')],
    ['entries', JSON.stringify(await portal.entries())],
    ['runs', JSON.stringify(await portal.db('runs'))],
  ];
  for (const [place, text] of places) {
    // A start may fail before there is a run.
    if (place !== 'runs' && text.length < 1_000)
      throw new Error(`There is nothing in the ${place}`);
    for (const spelling of [...secrets].flatMap(spellings)) {
      const at = text.indexOf(spelling);
      if (at >= 0)
        throw new Error(
          `A secret is in the ${place}, near: ${inspect(
            text.slice(Math.max(0, at - 200), at),
          )}`,
        );
    }
  }
}

/** Spellings a secret could leak in. */
function spellings(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    // The signature alone is enough to use a token; one without a signature has none to leak.
    ...(secret.split('.')[2] ? [secret.split('.')[2]] : []),
  ];
}
