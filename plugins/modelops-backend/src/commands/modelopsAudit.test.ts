import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from 'backstage-plugin-modelops-node';
import { NO_PREVIOUS_HASH, sealEntry } from '../audit/auditEntry';
import { SigningKey } from '../audit/checkpoints/SigningKey';
import {
  type Checkpoint,
  checkpointHash,
  type Segment,
  toStatementLine,
} from '../audit/checkpoints/statements';
import { toEntryLine } from '../audit/export/exportLines';
import { modelopsAudit } from './modelopsAudit';

const MINUTE_MS = 60_000;
const BEGAN = Date.parse('2026-11-22T10:00:00.000Z');
const at = (minute: number) => new Date(BEGAN + minute * MINUTE_MS);

function newKey() {
  const pair = generateKeyPairSync('ed25519');
  return {
    signing: new SigningKey(
      new Secret(
        pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
      ),
    ),
    publicPem: pair.publicKey.export({ format: 'pem', type: 'spki' }) as string,
    privatePem: pair.privateKey.export({
      format: 'pem',
      type: 'pkcs8',
    }) as string,
  };
}

/** Entries 1 to 20, one a minute; a checkpoint on every fifth; entries to 5 are archived. */
const portal = newKey();
const forger = newKey();
const entries = chain(20);
const checkpoints = seal(portal.signing, [5, 10, 15, 20]);
const stub = toStatementLine(
  portal.signing.sign(segment(portal.signing, 5)),
  portal.signing.publicKey.toBase64(),
);

function chain(length: number) {
  const links: Array<{ sequence: number; hash: string; line: string }> = [];
  for (let sequence = 1; sequence <= length; sequence += 1) {
    const { sealed, canonical } = sealEntry(
      { actor: 'user:default/ada', code: 'run.refused' },
      {
        sequence,
        time: at(sequence),
        previousHash: links.at(-1)?.hash ?? NO_PREVIOUS_HASH,
      },
    );
    const { hash } = sealed;
    links.push({
      sequence,
      hash,
      line: toEntryLine({ sequence, hash, canonical }),
    });
  }
  return links;
}

function seal(key: SigningKey, sequences: readonly number[]) {
  let previous = NO_PREVIOUS_HASH;
  return sequences.map(sequence => {
    const body: Checkpoint = {
      type: 'modelops-checkpoint',
      sequence,
      hash: entries[sequence - 1].hash,
      time: at(sequence).toISOString(),
      previous,
      appendOnly: true,
      keyId: key.publicKey.id,
    };
    previous = checkpointHash(body);
    return toStatementLine(key.sign(body), key.publicKey.toBase64());
  });
}

function segment(key: SigningKey, lastSequence: number): Segment {
  return {
    type: 'modelops-segment',
    firstSequence: 1,
    lastSequence,
    previousHash: NO_PREVIOUS_HASH,
    lastHash: entries[lastSequence - 1].hash,
    file: `audit-1-${lastSequence}.jsonl`,
    fileSha256: 'a'.repeat(64),
    time: at(lastSequence).toISOString(),
    keyId: key.publicKey.id,
  };
}

/** An export of some entries, with the statements that go with it. */
function exported(
  from: number,
  to: number,
  statements: readonly string[],
  time = at(to),
): string[] {
  return [
    JSON.stringify({
      export: {
        version: 1,
        time: time.toISOString(),
        filter: {},
        toSequence: to,
      },
    }),
    ...statements,
    ...entries.slice(from - 1, to).map(entry => entry.line),
    JSON.stringify({ end: { entries: to - from + 1 } }),
  ];
}

describe('modelops-audit verify', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'modelops-command-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (name: string, lines: readonly string[] | string) => {
    const path = join(folder, name);
    const text = typeof lines === 'string' ? lines : `${lines.join('\n')}\n`;
    writeFileSync(path, text);
    return path;
  };
  const run = async (...args: string[]) => {
    let text = '';
    const write = (line: string) => {
      text += `${line}\n`;
    };
    const code = await modelopsAudit(args, { out: write, error: write });
    return { code, text };
  };
  /** With the portal's key, and everything a sink has. */
  const verify = (...files: string[]) =>
    run(
      'verify',
      ...files,
      '--key',
      file('key.pem', portal.publicPem),
      '--checkpoint',
      file('kept.jsonl', checkpoints),
    );

  it('takes a whole ledger, and one whose beginning is in an archive', async () => {
    expect(
      await verify(file('whole.jsonl', exported(1, 20, checkpoints))),
    ).toMatchObject({ code: 0 });
    const rest = file('rest.jsonl', [
      ...exported(6, 20, [stub, ...checkpoints]),
      '', // as an editor leaves it
    ]);
    const archive = file(
      'audit-1-5.jsonl',
      entries.slice(0, 5).map(entry => entry.line),
    );
    expect((await verify(rest)).text).toContain('Entries 6 to 20 were checked');
    expect((await verify(archive, rest)).text).toContain('Entries 1 to 20');
  });

  it.each<[string, () => string[], RegExp]>([
    [
      'a beginning left out, with a checkpoint of the forger before it',
      () => exported(11, 20, seal(forger.signing, [10])),
      /^NOT INTACT \(missing\): Entries 1 to 10 are missing/,
    ],
    [
      'a beginning left out, with a checkpoint of the portal before it',
      () => exported(11, 20, checkpoints),
      /^NOT INTACT \(missing\): Entries 1 to 10 are missing/,
    ],
    [
      'a beginning left out, with a stub of the forger',
      () => {
        const key = forger.signing;
        const forged = key.sign(segment(key, 10));
        return exported(11, 20, [
          toStatementLine(forged, key.publicKey.toBase64()),
          ...checkpoints,
        ]);
      },
      /^NOT INTACT \(checkpoint-invalid\): The stub of the archive audit-1-10\.jsonl is not signed with a trusted key/,
    ],
    [
      'entries after the last line',
      () => {
        const lines = exported(1, 15, checkpoints.slice(0, 3), at(20));
        return [...lines, ...entries.slice(15).map(entry => entry.line)];
      },
      /^NOT INTACT \(changed\): .* goes on after its last line/,
    ],
    [
      'a place that is no number',
      () =>
        exported(1, 20, checkpoints).map(line =>
          line.replace('"sequence":7,', '"sequence":"\\u001b[2JIntact",'),
        ),
      /^NOT INTACT \(changed\): .* has a line that cannot be read/,
    ],
    [
      'a place beyond all numbers',
      () =>
        exported(1, 20, checkpoints).map(line =>
          line.replace('"sequence":7,', '"sequence":1e400,'),
        ),
      /^NOT INTACT \(changed\): .* has a line that cannot be read/,
    ],
    [
      'a name of an archive that writes to the terminal',
      () => {
        const body = {
          ...segment(forger.signing, 10),
          file: '\u001b[2JIntact up to entry 20.',
        };
        const line = toStatementLine(
          forger.signing.sign(body),
          forger.signing.publicKey.toBase64(),
        );
        return exported(11, 20, [line]);
      },
      /^NOT INTACT \(changed\): .* has a line that cannot be read/,
    ],
  ])('finds %s', async (_what, lines, says) => {
    const { code, text } = await verify(file('forged.jsonl', lines()));
    expect(text).toMatch(says);
    expect(text).not.toContain('\u001b');
    expect(code).toBe(1);
  });

  it('compares checkpoints set before the export, and names those that came after', async () => {
    const early = exported(1, 12, checkpoints.slice(0, 2));
    const { code, text } = await verify(file('early.jsonl', early));
    expect(text).toContain(
      `The export was made at ${at(
        12,
      ).toISOString()}.\nCheckpoints that were set after that, up to entry 20, were not compared.`,
    );
    expect(code).toBe(0);
    const cut = exported(1, 12, checkpoints.slice(0, 2), at(16));
    expect((await verify(file('cut.jsonl', cut))).text).toMatch(
      /^NOT INTACT \(tail-cut\): The ledger ends at entry 12/,
    );
  });

  it.each<[string, () => string, string]>([
    ['an empty file', () => file('empty.jsonl', ''), 'holds no entries'],
    ['CSV', () => file('a.csv', 'sequence,time\r\n1,x\r\n'), 'no entries'],
    ['checkpoints only', () => file('c.jsonl', checkpoints), 'no entries'],
    ['a folder', () => folder, 'EISDIR'],
    [
      'a file without lines',
      () => file('long.bin', 'x'.repeat(40 * 1024 * 1024)),
      'has a line that is too long',
    ],
  ])('gives no result for %s', async (_what, path, says) => {
    const { code, text } = await verify(path());
    expect(text).toContain(says);
    expect(code).toBe(2);
  });

  it('wants no private key', async () => {
    const whole = file('whole.jsonl', exported(1, 20, checkpoints));
    const key = file('private.pem', portal.privatePem);
    expect(await run('verify', whole, '--key', key)).toEqual({
      code: 2,
      text: `${key} holds no Ed25519 public key in PEM.\n`,
    });
  });
});
