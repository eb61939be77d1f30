import { accessSync, constants, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { VerifyingKey } from '../audit/checkpoints/SigningKey';
import { TooLongLineError } from '../audit/checkpoints/sinks';
import { isArgumentError, type Terminal, UsageError } from './command';
import { type FileVerification, verifyFiles } from './verifyFiles';

const USAGE = `Usage: modelops-audit verify <file.jsonl>... [options]

Verifies a ledger without its database: archives and an export without filters, in the order of their entries.

Options:
  --checkpoint <file>  checkpoints that were kept outside the database, one per line, as a sink has them; may be repeated
  --key <file>         public key (PEM) that you know to be the portal's; may be repeated. Without a key nothing is anchored
  --json               print the result as JSON

Exit code: 0 intact, 1 not intact, 2 wrong use or a file that cannot be read.`;

/** `modelops-audit`. Gives the exit code. @public */
export async function modelopsAudit(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        checkpoint: { type: 'string', multiple: true, default: [] },
        key: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const [verb, ...files] = positionals;
    if (values.help) {
      terminal.out(USAGE);
      return 0;
    }
    if (verb !== 'verify' || files.length === 0) throw new UsageError(USAGE);
    for (const file of [...files, ...values.checkpoint]) requireFile(file);
    const result = await verifyFiles({
      files,
      checkpointFiles: values.checkpoint,
      trustedKeys: values.key.map(readKey),
    });
    terminal.out(
      values.json ? JSON.stringify(result, null, 2) : toText(result),
    );
    return result.intact ? 0 : 1;
  } catch (error) {
    if (!isOfUse(error)) throw error;
    terminal.error((error as Error).message);
    return 2;
  }
}

/** Wrong use, or a file that cannot be read to its end. */
function isOfUse(error: unknown): boolean {
  return (
    error instanceof UsageError ||
    error instanceof TooLongLineError ||
    isArgumentError(error) ||
    typeof (error as NodeJS.ErrnoException).syscall === 'string'
  );
}

function toText(result: FileVerification): string {
  const { problem, newestCheckpoint, exportedAt, laterSequence } = result;
  const checked =
    result.toSequence === 0
      ? 'There are no entries.'
      : `Entries ${result.fromSequence} to ${result.toSequence} were checked.`;
  return [
    problem
      ? `NOT INTACT (${problem.kind}): ${problem.message}`
      : `Intact up to entry ${result.toSequence}.`,
    checked,
    result.strength === 'anchored'
      ? `Anchored up to entry ${result.anchoredSequence} by a checkpoint from outside; ${result.unanchoredEntries} entries after it are not.`
      : 'Internal only: no checkpoint from outside, signed with a key you named, covers it. That finds accidents, not a change by the owner of the database.',
    newestCheckpoint
      ? `Newest checkpoint: entry ${newestCheckpoint.sequence}, ${newestCheckpoint.time}, key ${newestCheckpoint.keyId}.`
      : 'There is no checkpoint.',
    ...(exportedAt ? [`The export was made at ${exportedAt}.`] : []),
    ...(laterSequence
      ? [
          `Checkpoints that were set after that, up to entry ${laterSequence}, were not compared.`,
        ]
      : []),
  ].join('\n');
}

function requireFile(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw new UsageError(`${file} cannot be read.`);
  }
}

function readKey(file: string): VerifyingKey {
  try {
    return new VerifyingKey(readFileSync(file, 'utf8'));
  } catch {
    throw new UsageError(`${file} holds no Ed25519 public key in PEM.`);
  }
}
