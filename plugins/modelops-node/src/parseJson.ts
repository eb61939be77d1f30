/** Undefined for anything that is not JSON, such as a sign-in page. @public */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
