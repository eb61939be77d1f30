import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Bytes collected before they are written. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Writes lines to a file that is there whole or not at all: under another name first, on the disk, then renamed. The other name
 * is nobody else's, because a replica that is slower may be writing the same file. Gives the SHA-256 of the file, hexadecimal.
 */
export async function writeArchive(
  path: string,
  lines: AsyncIterable<string>,
): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    const sha256 = await write(partial, lines);
    await rename(partial, path);
    await syncFolder(dirname(path));
    return sha256;
  } finally {
    await rm(partial, { force: true });
  }
}

async function write(
  path: string,
  lines: AsyncIterable<string>,
): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  try {
    let chunk = '';
    const flush = async () => {
      hash.update(chunk);
      await file.writeFile(chunk);
      chunk = '';
    };
    for await (const line of lines) {
      chunk += `${line}\n`;
      if (chunk.length >= CHUNK_BYTES) await flush();
    }
    await flush();
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** A new name is on the disk only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(join(path, '.'), 'r');
  await folder.sync().finally(() => folder.close());
}
