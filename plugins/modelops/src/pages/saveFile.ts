/**
 * How long the browser may take to begin the download, in milliseconds. Some begin after the click was handled; one that
 * comes too late finds nothing. FileSaver.js waits as long.
 */
const REVOKE_AFTER_MS = 40_000;

/** Hands a file to the browser's downloads. */
export function saveFile(content: Blob, name: string) {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
}
