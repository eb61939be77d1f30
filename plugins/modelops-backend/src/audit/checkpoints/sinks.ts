import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Secret } from 'backstage-plugin-modelops-node';
import type { Signed } from './SigningKey';
import { type Checkpoint, statementLineSchema } from './statements';

/** Longest a receiver may take to accept one checkpoint, in milliseconds. */
const POST_DEADLINE_MS = 10_000;

/** A file that cannot be one of ours. */
export class TooLongLineError extends Error {}

/** A place outside the database where checkpoints are kept. */
export interface CheckpointSink {
  readonly id: string;
  readonly kind: 'file' | 'http';
  /** Takes one line; throws unless it has it. May be given a line twice. */
  deliver(line: string): Promise<void>;
  /** What it holds, where it can be read again. */
  read?(): AsyncIterable<Signed<Checkpoint>>;
}

/** Appends to a file: one line each, on the disk before it counts as delivered. */
export class FileSink implements CheckpointSink {
  readonly kind = 'file';

  constructor(readonly id: string, private readonly path: string) {}

  async deliver(line: string): Promise<void> {
    const file = await open(this.path, 'a+', 0o600);
    try {
      const { size } = await file.stat();
      const end = Buffer.alloc(1);
      if (size > 0) await file.read(end, 0, 1, size - 1);
      // After a crash in the middle of a line the next one must not become part of it.
      const torn = size > 0 && end.toString() !== '\n';
      await file.appendFile(`${torn ? '\n' : ''}${line}\n`); // all of it, or it throws: write may stop half way
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async *read(): AsyncIterable<Signed<Checkpoint>> {
    for await (const line of linesOf(this.path)) {
      const statement = parseStatement(line);
      if (statement?.signed.body.type === 'modelops-checkpoint') {
        yield statement.signed as Signed<Checkpoint>;
      }
    }
  }
}

/** Sends each checkpoint to a receiver, which has it once it has answered with a 2xx. */
export class HttpSink implements CheckpointSink {
  readonly kind = 'http';

  constructor(
    readonly id: string,
    private readonly url: string,
    private readonly headers: Readonly<Record<string, Secret>>,
  ) {}

  async deliver(line: string): Promise<void> {
    const response = await fetch(this.url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(POST_DEADLINE_MS),
      headers: {
        ...Object.fromEntries(
          Object.entries(this.headers).map(([name, value]) => [
            name,
            value.reveal(),
          ]),
        ),
        'Content-Type': 'application/json',
      },
      body: line,
    }).catch(() => {
      throw new Error('it did not answer');
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`it answered ${response.status}`);
  }
}

/** Longest line that is read, in characters; an entry is far shorter, and what is not of ours must not fill the memory. */
const MAX_LINE = 32 * 1024 * 1024;

/** Lines of a file that are not empty; none if there is no such file yet. Not by readline: to it, a U+2028 that somebody typed ends a line. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const piece of createReadStream(path, 'utf8')) {
      const lines = (piece as string).split('\n');
      lines[0] = rest + lines[0];
      rest = lines.pop()!;
      for (const line of lines) {
        const text = line.replace(/\r$/, ''); // a file that was on Windows
        if (text !== '') yield text;
      }
      if (rest.length > MAX_LINE)
        throw new TooLongLineError(`${path} has a line that is too long.`);
    }
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
  }
  if (rest !== '') yield rest;
}

/** The statement of a line with the text of the key it names, or undefined for any other line. */
export function parseStatement(line: string) {
  if (!line.startsWith('{"publicKey"')) return undefined;
  try {
    const { statement, signature, publicKey } = statementLineSchema.parse(
      JSON.parse(line),
    );
    return { signed: { body: statement, signature }, publicKey };
  } catch {
    return undefined; // a line that was cut off by a crash
  }
}
