// Waiting until something really answers.

/** How long one question may take. The app's first answer comes when its bundle is built. */
const QUESTION_MS = 60_000;
const PAUSE_MS = 500;

/** Asks until the answer is 200 or `isOver` says that there is no point any more. Answers whether it was 200. */
export async function waitForOk(url, { headers, isOver }) {
  while (!isOver()) {
    const response = await fetch(url, {
      headers,
      signal: AbortSignal.timeout(QUESTION_MS),
    }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return true;
    await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
  }
  return false;
}
