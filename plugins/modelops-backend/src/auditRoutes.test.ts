import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { AuditEntry } from 'backstage-plugin-modelops-common';
import { newSigningKey } from './audit/__testUtils__/keptLedger';
import { dropTriggers } from './audit/__testUtils__/tampering';
import {
  type Portal,
  startPortal,
  useSimulators,
} from './__testUtils__/portal';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const COMMAND = resolvePackagePath(
  'backstage-plugin-modelops-backend',
  'bin/modelops-audit.cjs',
);

/** Runs the command as an auditor does, in a process of its own. */
function modelopsAudit(...args: string[]): { code: number; text: string } {
  try {
    const text = execFileSync(process.execPath, [COMMAND, ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return { code: 0, text };
  } catch (error) {
    const { status, stdout, stderr } = error as {
      status: number;
      stdout: string;
      stderr: string;
    };
    return { code: status, text: stdout + stderr };
  }
}

describe.each(databases.eachSupportedId())(
  'What an auditor does with the ledger, on %s',
  databaseId => {
    const simulators = useSimulators();
    const signingKey = newSigningKey().reveal();
    let portal: Portal;
    let folder: string;
    let checkpoints: string;

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'modelops-auditor-'));
      checkpoints = join(folder, 'checkpoints.jsonl');
      portal = await startPortal({
        databases,
        databaseId,
        simulators: simulators(),
        config: config => ({
          ...config,
          modelops: {
            ...config.modelops,
            audit: {
              checkpoints: {
                entries: 1,
                signingKey,
                sinks: { disk: { file: checkpoints } },
              },
            },
          },
        }),
      });
    });
    afterEach(async () => {
      await portal?.close();
      rmSync(folder, { recursive: true });
    });

    const exported = async (query = 'format=jsonl') => {
      const answer = await portal.call(
        'katherine',
        'GET',
        `/v1/audit/export?${query}`,
      );
      expect(answer.status).toBe(200);
      return answer;
    };
    const saved = async (name: string, query?: string) => {
      const { text } = await exported(query);
      const file = join(folder, name);
      writeFileSync(file, text);
      return file;
    };
    const keyFile = () => {
      const file = join(folder, 'key.pem');
      const key = createPublicKey(signingKey);
      writeFileSync(file, key.export({ format: 'pem', type: 'spki' }));
      return file;
    };

    it('is recorded: reading, exporting and verifying, with what was asked', async () => {
      await portal.call('katherine', 'GET', '/v1/audit?actor=user:default/ada');
      await exported('format=csv&outcome=refused');
      await portal.call('katherine', 'GET', '/v1/audit/verification');
      const entries = await portal.entries({ actor: 'user:default/katherine' });
      expect(
        entries.map(({ code, outcome, detail, role }) => ({
          code,
          outcome,
          detail,
          role,
        })),
      ).toEqual([
        {
          code: 'audit.read',
          outcome: 'accepted',
          detail: 'Entries with actor user:default/ada: 0 entries',
          role: 'auditor',
        },
        {
          code: 'audit.exported',
          outcome: 'accepted',
          detail: expect.stringMatching(
            /^Entries with outcome refused, up to entry \d+, as csv$/,
          ),
          role: 'auditor',
        },
        {
          code: 'audit.verified',
          outcome: 'accepted',
          detail: expect.stringMatching(/^Intact up to entry \d+, anchored/),
          role: 'auditor',
        },
      ]);
    });

    it.each(['', '/export?format=jsonl', '/verification'])(
      'is refused to others, and that is recorded: /audit%s',
      async path => {
        const answer = await portal.call('ada', 'GET', `/v1/audit${path}`);
        expect(answer.status).toBe(403);
        expect(answer.body.error.code).toBe('role-missing');
        expect(
          await portal.entries({ actor: 'user:default/ada' }),
        ).toMatchObject([
          { code: 'audit.refused', outcome: 'refused', action: 'audit' },
        ]);
      },
    );

    it('says that the ledger is intact and anchored', async () => {
      await portal.train('ada');
      await portal.seal();
      await portal.train('grace');
      const { body } = await portal.call(
        'katherine',
        'GET',
        '/v1/audit/verification',
      );
      expect(body).toMatchObject({
        intact: true,
        strength: 'anchored',
        sinks: [{ id: 'disk', kind: 'file' }],
      });
      expect(body.anchoredSequence + body.unanchoredEntries).toBe(
        body.toSequence,
      );
    });

    it('names the first entry that is not what it was', async () => {
      await portal.train('ada');
      await portal.seal();
      await dropTriggers(portal.db);
      await portal
        .db('audit_entries')
        .where({ code: 'run.requested' })
        .update({ actor: 'user:default/mallory' });
      const [{ sequence }] = await portal.db('audit_entries').where({
        actor: 'user:default/mallory',
      });
      const { body } = await portal.call(
        'katherine',
        'GET',
        '/v1/audit/verification',
      );
      expect(body).toMatchObject({
        intact: false,
        problem: { kind: 'changed', sequence: Number(sequence) },
      });
    });

    it('still shows the others when one was made unreadable', async () => {
      await portal.train('ada');
      await dropTriggers(portal.db);
      await portal
        .db('audit_entries')
        .where({ sequence: 2 })
        .update({ canonical: 'no JSON' });
      const { status, body } = await portal.call(
        'katherine',
        'GET',
        '/v1/audit?limit=100',
      );
      expect(status).toBe(200);
      expect(
        body.items.find((entry: AuditEntry) => entry.sequence === 2),
      ).toMatchObject({
        actor: 'system:modelops',
        detail: expect.stringContaining('Verify the ledger'),
      });
      expect((await exported('format=csv')).text).toContain(
        'Verify the ledger',
      );
    });

    it('exports what was hashed, and the command verifies it without the database', async () => {
      await portal.train('ada', { reason: 'żółć "quoted" \u2028 \n line' });
      await portal.seal();
      const answer = await exported();
      expect(answer.headers).toMatchObject({
        'content-disposition': expect.stringMatching(
          /^attachment; filename="modelops-audit-\d{8}T\d{6}Z\.jsonl"$/,
        ),
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
      const file = await saved('export.jsonl');
      const good = modelopsAudit(
        'verify',
        file,
        '--checkpoint',
        checkpoints,
        '--key',
        keyFile(),
      );
      expect(good.text).toMatch(/^Intact up to entry \d+\./);
      expect(good.text).toContain('Anchored up to entry');
      expect(good.code).toBe(0);
      expect(modelopsAudit('verify', file).text).toContain('Internal only');
      const json = modelopsAudit('verify', file, '--json');
      expect(JSON.parse(json.text)).toMatchObject({ intact: true });
    });

    it.each<[string, (lines: string[]) => string[], string]>([
      [
        'changed',
        lines => lines.map(line => line.replace('grace', 'mallory')),
        'NOT INTACT (changed)',
      ],
      ['cut off', lines => lines.slice(0, -3), 'NOT INTACT'],
      [
        'shorter by one entry, with a last line that fits',
        lines => [
          ...lines.slice(0, -2),
          lines[lines.length - 1].replace(/\d+/, n => String(Number(n) - 1)),
        ],
        'NOT INTACT (tail-cut)',
      ],
      [
        'made to begin later',
        lines => lines.filter(line => !/"sequence":1,/.test(line)),
        'NOT INTACT (missing)',
      ],
      [
        'in another order',
        lines => {
          const at = lines.findIndex(line => line.startsWith('{"hash"'));
          [lines[at], lines[at + 1]] = [lines[at + 1], lines[at]];
          return lines;
        },
        'NOT INTACT (missing)',
      ],
      [
        'spoilt',
        lines => [...lines.slice(0, -2), '{"hash":"', lines[lines.length - 1]],
        'NOT INTACT (changed)',
      ],
    ])('the command finds an export that was %s', async (_how, spoil, text) => {
      await portal.train('grace');
      await portal.seal();
      const file = await saved('export.jsonl');
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      // The entry that records the export is not in it; the one before it is sealed.
      writeFileSync(file, `${spoil(lines).join('\n')}\n`);
      const { code, text: said } = modelopsAudit(
        'verify',
        file,
        '--checkpoint',
        checkpoints,
        '--key',
        keyFile(),
      );
      expect(said).toContain(text);
      expect(code).toBe(1);
    });

    it('the command says what it cannot verify', async () => {
      const filtered = await saved(
        'some.jsonl',
        'format=jsonl&outcome=refused',
      );
      expect(modelopsAudit('verify', filtered)).toMatchObject({
        code: 2,
        text: expect.stringContaining('Export without filters'),
      });
      expect(modelopsAudit('verify', join(folder, 'none.jsonl'))).toMatchObject(
        {
          code: 2,
          text: expect.stringContaining('cannot be read'),
        },
      );
      expect(modelopsAudit('verify')).toMatchObject({ code: 2 });
    });

    it('exports CSV that no spreadsheet takes for a formula', async () => {
      const reason = '=HYPERLINK("http://evil.example","click"),\n+1';
      await portal.train('ada', { reason });
      const { text, headers } = await exported('format=csv');
      expect(headers['content-type']).toMatch(/^text\/csv/);
      expect(text).toContain(
        `"'=HYPERLINK(""http://evil.example"",""click""),\n+1"`,
      );
      expect(text.split('\r\n')[0]).toMatch(/^sequence,time,code,/);
    });

    it('exports only what the filters let through, oldest first', async () => {
      await portal.train('ada');
      await portal.train('grace');
      const { text } = await exported('format=jsonl&actor=user:default/grace');
      const lines = text
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line));
      const entries = lines.flatMap(line => (line.entry ? [line.entry] : []));
      expect(new Set(entries.map(entry => entry.actor))).toEqual(
        new Set(['user:default/grace']),
      );
      expect(lines.at(-1)).toEqual({ end: { entries: entries.length } });
    });

    it('holds no key in an export', async () => {
      await portal.seal();
      const { text } = await exported();
      const secrets = await portal.db('keys');
      expect(secrets.length).toBeGreaterThan(0);
      for (const { value } of secrets) expect(text).not.toContain(value);
    });
  },
);
