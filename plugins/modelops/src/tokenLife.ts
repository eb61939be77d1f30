/**
 * Milliseconds until the token's `exp`, read without verifying: the backend verifies, here it only decides whether
 * to renew. A token we cannot read has no life left, so that it is renewed rather than refused.
 */
export function lifeLeftMs(token: string, now: Date): number {
  const payload = token.split('.')[1] ?? '';
  try {
    const claims = JSON.parse(
      atob(payload.replace(/-/g, '+').replace(/_/g, '/')),
    );
    return typeof claims.exp === 'number'
      ? claims.exp * 1000 - now.getTime()
      : 0;
  } catch {
    return 0;
  }
}
