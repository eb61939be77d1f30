import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { Secret } from 'backstage-plugin-modelops-node';
import type { Knex } from 'knex';
import { openDatabase } from '../../database/migrate';
import {
  auditConfig,
  newSigningKey,
  startLedger,
} from '../__testUtils__/keptLedger';
import { SigningKey } from './SigningKey';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

/** A receiver of checkpoints that answers as told. */
async function startReceiver() {
  const received: Array<{ sequence: number; authorization?: string }> = [];
  const answers: number[] = [];
  const server: Server = createServer(async (req: IncomingMessage, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    const status = answers.shift() ?? 200;
    if (status < 300) {
      received.push({
        sequence: JSON.parse(body).statement.sequence,
        authorization: req.headers.authorization,
      });
    }
    res.writeHead(status).end();
  });
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  return {
    url: `http://127.0.0.1:${
      (server.address() as AddressInfo).port
    }/checkpoints`,
    received,
    answers,
    close: () => new Promise(done => server.close(done)),
  };
}

describe.each(databases.eachSupportedId())('Checkpoints on %s', databaseId => {
  let db: Knex;
  let folder: string;
  beforeEach(async () => {
    db = await databases.init(databaseId);
    folder = mkdtempSync(join(tmpdir(), 'modelops-checkpoints-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const sequences = async () =>
    (await db('audit_checkpoints').orderBy('sequence')).map(row =>
      Number(row.sequence),
    );

  it('are set after so many entries, or so long after the first that is not covered', async () => {
    const time = { now: Date.now() };
    const ledger = await startLedger(
      db,
      auditConfig({ pace: { entries: 5, intervalMs: 60_000 } }),
      () => new Date(time.now),
    );
    await ledger.sealer.seal();
    expect(await sequences()).toEqual([]);
    await ledger.write(4);
    await ledger.sealer.seal();
    expect(await sequences()).toEqual([5]);
    await ledger.write(1);
    time.now += 59_999;
    await ledger.sealer.seal();
    expect(await sequences()).toEqual([5]);
    time.now += 1;
    await ledger.sealer.seal();
    await ledger.sealer.seal('now'); // nothing new
    expect(await sequences()).toEqual([5, 6]);
  });

  it('form one line however many replicas set them at once', async () => {
    const [one, other] = [await startLedger(db), await startLedger(db)];
    for (let round = 0; round < 5; round += 1) {
      await one.write(2);
      await Promise.all(
        [one, other, one, other].map(replica => replica.sealer.seal('now')),
      );
    }
    const { intact, newestCheckpoint } = await other.verifier.verify();
    expect([intact, newestCheckpoint?.sequence]).toEqual([true, 11]);
  });

  it('are signed with one key although two replicas make it at once', async () => {
    await openDatabase(
      mockServices.database({ knex: db, migrations: { skip: false } }),
    );
    await Promise.all([startLedger(db), startLedger(db), startLedger(db)]);
    expect(await db('audit_keys')).toHaveLength(1);
    expect(
      await db('audit_entries').where({ code: 'audit.key-added' }),
    ).toHaveLength(1);
  });

  it('of an earlier key still count after a rotation, if app-config trusts it', async () => {
    const disk = {
      id: 'disk',
      kind: 'file' as const,
      file: join(folder, 'checkpoints.jsonl'),
    };
    const oldKey = newSigningKey();
    const before = await startLedger(
      db,
      auditConfig({
        keys: { signingKey: oldKey, trustedKeys: [] },
        sinks: [disk],
      }),
    );
    await before.write(3);
    await before.sealer.seal('now');
    await before.delivery.deliver();
    const signingKey = newSigningKey();
    const rotated = (trustedKeys: string[]) =>
      startLedger(
        db,
        auditConfig({ keys: { signingKey, trustedKeys }, sinks: [disk] }),
      );
    const forgetful = await rotated([]);
    expect(await forgetful.verifier.verify()).toMatchObject({
      intact: false,
      problem: { kind: 'checkpoint-invalid', sequence: 4 },
    });
    const after = await rotated([new SigningKey(oldKey).publicKey.toBase64()]);
    expect(await after.verifier.verify()).toMatchObject({
      intact: true,
      anchoredSequence: 4,
    });
    await forgetful.sealer.seal('now');
    expect(await forgetful.verifier.verify()).toMatchObject({
      intact: true,
      strength: 'internal',
    });
    expect(await db('audit_keys')).toHaveLength(2);
  });

  it('arrive at a receiver at least once and in order, through outages, and each sink by itself', async () => {
    const receiver = await startReceiver();
    const time = { now: Date.now() };
    const ledger = await startLedger(
      db,
      auditConfig({
        sinks: [
          {
            id: 'siem',
            kind: 'http',
            url: receiver.url,
            headers: { Authorization: new Secret('Bearer not-to-be-printed') },
          },
          { id: 'disk', kind: 'file', file: join(folder, 'c.jsonl') },
        ],
      }),
      () => new Date(time.now),
    );
    receiver.answers.push(200, 503, 500);
    for (let round = 0; round < 3; round += 1) {
      await ledger.write(1);
      await ledger.sealer.seal('now');
    }
    await ledger.delivery.deliver(); // 2 arrives, 3 is turned away
    expect(await ledger.delivery.listDelivered()).toEqual([
      { id: 'siem', kind: 'http', deliveredSequence: 2 },
      { id: 'disk', kind: 'file', deliveredSequence: 4 },
    ]);
    await ledger.delivery.deliver(); // too early to try again
    time.now += 10_000;
    await ledger.delivery.deliver(); // turned away again
    time.now += 20_000;
    await ledger.delivery.deliver();
    await receiver.close();
    expect(receiver.received).toEqual(
      [2, 3, 4].map(sequence => ({
        sequence,
        authorization: 'Bearer not-to-be-printed',
      })),
    );
    expect(
      inspect(jest.mocked(ledger.logger.warn).mock.calls, { depth: 9 }),
    ).not.toContain('not-to-be-printed');
  });

  it('are not held up by a clock that was ahead', async () => {
    const receiver = await startReceiver();
    const time = { now: Date.now() };
    const ledger = await startLedger(
      db,
      auditConfig({
        pace: { entries: 1_000, intervalMs: 60_000 },
        sinks: [{ id: 'siem', kind: 'http', url: receiver.url, headers: {} }],
      }),
      () => new Date(time.now),
    );
    await ledger.sealer.seal('now');
    const yearMs = 365 * 24 * 60 * 60_000;
    time.now += yearMs;
    await ledger.write(1);
    receiver.answers.push(500);
    await ledger.delivery.deliver(); // and is to be tried again in a year
    time.now -= yearMs;
    await ledger.sealer.seal();
    expect(await sequences()).toEqual([1, 2]);
    await ledger.delivery.deliver();
    await receiver.close();
    expect(receiver.received).toMatchObject([{ sequence: 1 }, { sequence: 2 }]);
  });

  it('wait the shortest pause again once a receiver has taken one', async () => {
    const receiver = await startReceiver();
    const time = { now: Date.now() };
    const ledger = await startLedger(
      db,
      auditConfig({
        sinks: [{ id: 'siem', kind: 'http', url: receiver.url, headers: {} }],
      }),
      () => new Date(time.now),
    );
    for (let round = 0; round < 2; round += 1) {
      await ledger.write(1);
      await ledger.sealer.seal('now');
    }
    receiver.answers.push(500, 500, 500, 500, 200, 500);
    for (const pauseSeconds of [10, 20, 40, 80, 10]) {
      await ledger.delivery.deliver();
      time.now += pauseSeconds * 1_000;
    }
    await ledger.delivery.deliver();
    await receiver.close();
    expect(receiver.received).toHaveLength(2);
  });

  it('count as delivered with the head of an answer, however long the rest is, and not without', async () => {
    let answer: (res: ServerResponse) => void = res => {
      res.writeHead(200);
      const endless = setInterval(() => res.write(Buffer.alloc(64 * 1024)), 1);
      res.on('close', () => clearInterval(endless));
    };
    const server = createServer((_req, res) => answer(res)).listen(0);
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/`;
    const ledger = await startLedger(
      db,
      auditConfig({ sinks: [{ id: 'siem', kind: 'http', url, headers: {} }] }),
    );
    await ledger.sealer.seal('now');
    const began = Date.now();
    await ledger.delivery.deliver();
    expect(await ledger.delivery.listDelivered()).toMatchObject([
      { deliveredSequence: 1 },
    ]);
    answer = () => {}; // nothing at all
    await ledger.write(1);
    await ledger.sealer.seal('now');
    await ledger.delivery.deliver();
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(await ledger.delivery.listDelivered()).toMatchObject([
      { deliveredSequence: 1 },
    ]);
    server.closeAllConnections();
    server.close();
  });

  it('wait for a receiver that is not there', async () => {
    const receiver = await startReceiver();
    await receiver.close();
    const ledger = await startLedger(
      db,
      auditConfig({
        sinks: [{ id: 'siem', kind: 'http', url: receiver.url, headers: {} }],
      }),
    );
    await ledger.sealer.seal('now');
    await ledger.delivery.deliver();
    expect(ledger.logger.warn).toHaveBeenCalledWith(
      "The checkpoint sink 'siem' did not take a checkpoint: it did not answer",
    );
    expect(await ledger.delivery.listDelivered()).toMatchObject([
      { deliveredSequence: 0 },
    ]);
  });

  it('in a file survive a line that a crash cut off, and a double delivery', async () => {
    const file = join(folder, 'checkpoints.jsonl');
    const ledger = await startLedger(
      db,
      auditConfig({
        keys: { signingKey: newSigningKey(), trustedKeys: [] },
        sinks: [{ id: 'disk', kind: 'file', file }],
      }),
    );
    await ledger.sealer.seal('now');
    await ledger.delivery.deliver();
    appendFileSync(file, '{"publicKey":"AAAA","signa');
    await ledger.write(1);
    await ledger.sealer.seal('now');
    await db('audit_deliveries').update({ delivered_sequence: 0 });
    await ledger.delivery.deliver();
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(4);
    expect(await ledger.verifier.verify()).toMatchObject({
      intact: true,
      anchoredSequence: 2,
    });
  });
});
