import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { mockServices } from '@backstage/backend-test-utils';
import { Secret } from 'backstage-plugin-modelops-node';
import { decodeJwt } from 'jose';
import { startSimulators } from 'modelops-simulators';
import type { WorkloadConfig } from './IdentityConfig';
import { OpenIdProvider } from './OpenIdProvider';
import { WorkloadIdentity } from './WorkloadIdentity';

const SECRET = 'modelops-demo-reader-secret';
const CLIENT: WorkloadConfig = {
  kind: 'client',
  clientId: 'backstage-reader',
  clientSecret: new Secret(SECRET),
};
/** What the identity provider turns into the audience `databricks-demo`. */
const RESOURCE = 'urn:modelops:databricks-demo';
const never = new AbortController().signal;

let simulators: Awaited<ReturnType<typeof startSimulators>>;
let folder: string;
beforeAll(async () => {
  simulators = await startSimulators();
  folder = await mkdtemp(join(tmpdir(), 'workload-'));
}, 60_000);
beforeEach(() => simulators.idp.reset());
afterAll(async () => {
  await simulators.close();
  await rm(folder, { recursive: true });
});

/** A workload identity whose clock can be moved, beside the real one. */
function createWorkload(config: WorkloadConfig | undefined) {
  let aheadMs = 0;
  const clock = () => new Date(Date.now() + aheadMs);
  const provider = new OpenIdProvider({
    config: { issuer: simulators.idp.issuer, insecure: true },
    clock,
    logger: mockServices.logger.mock(),
  });
  return {
    workload: new WorkloadIdentity({ config, provider, clock }),
    pass: (ms: number) => {
      aheadMs += ms;
    },
  };
}

async function tokenRequests() {
  return (await simulators.idp.requests({ path: '/token' })).length;
}

async function fileWith(text: string): Promise<string> {
  const file = join(folder, `file-${Math.random()}`);
  await writeFile(file, text);
  await chmod(file, 0o600);
  return file;
}

describe('with a client', () => {
  it('gets a token of its own for the resource asked for', async () => {
    const { workload } = createWorkload({ ...CLIENT, resource: RESOURCE });
    const { token, expiresAt } = await workload.getToken(never);
    expect(decodeJwt(token.reveal())).toMatchObject({
      iss: simulators.idp.issuer,
      sub: 'backstage-reader',
      aud: 'databricks-demo',
    });
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  it('is told when it may not have the resource', async () => {
    const { workload } = createWorkload({
      ...CLIENT,
      resource: `${RESOURCE}-2`,
    });
    await expect(workload.getToken(never)).rejects.toMatchObject({
      code: 'exchange-refused',
      message: expect.stringContaining('invalid_target'),
    });
  });

  it('asks once for all who ask at the same time, and again only near the end', async () => {
    const { workload, pass } = createWorkload(CLIENT);
    const [first, second] = await Promise.all([
      workload.getToken(never),
      workload.getToken(never),
    ]);
    expect(second).toBe(first);
    const lifeMs = first.expiresAt.getTime() - Date.now();
    pass(lifeMs - 65_000);
    expect(await workload.getToken(never)).toBe(first);
    expect(await tokenRequests()).toBe(1);
    pass(10_000);
    expect(await workload.getToken(never)).not.toBe(first);
    expect(await tokenRequests()).toBe(2);
  });

  it('reads its secret again each time, so that it can rotate', async () => {
    const file = await fileWith('an old secret\n');
    const { workload } = createWorkload({
      ...CLIENT,
      clientSecret: { file },
    });
    await expect(workload.getToken(never)).rejects.toMatchObject({
      code: 'exchange-refused',
    });
    await writeFile(file, `${SECRET}\n`);
    expect(await workload.getToken(never)).toBeDefined();
  });

  it('forgets a failure', async () => {
    const { workload } = createWorkload(CLIENT);
    await simulators.idp.fault({
      path: '/token',
      effect: 'status',
      status: 400,
      count: 1,
    });
    await expect(workload.getToken(never)).rejects.toMatchObject({
      code: 'exchange-refused',
    });
    expect(await workload.getToken(never)).toBeDefined();
  });

  it('stops waiting for who gave up, not for the others', async () => {
    const { workload } = createWorkload(CLIENT);
    await simulators.idp.fault({
      path: '/token',
      effect: 'delay',
      latencyMs: 300,
    });
    const leaving = new AbortController();
    const left = workload.getToken(leaving.signal);
    const stayed = workload.getToken(never);
    leaving.abort(new Error('gave up'));
    await expect(left).rejects.toThrow('gave up');
    expect(await stayed).toBeDefined();
    expect(await tokenRequests()).toBe(1);
    await expect(workload.getToken(leaving.signal)).rejects.toThrow('gave up');
  });

  it.each([
    ['a missing file', join('/nowhere', 'secret')],
    ['a folder', tmpdir()],
  ])('says which key names %s', async (_rule, file) => {
    const { workload } = createWorkload({ ...CLIENT, clientSecret: { file } });
    await expect(workload.getToken(never)).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      code: 'workload-identity-missing',
      message: expect.stringContaining('workload.clientSecretFile'),
    });
  });

  it('never shows its secret', async () => {
    const wrong = 'a-secret-nobody-should-see';
    const { workload } = createWorkload({
      ...CLIENT,
      clientSecret: new Secret(wrong),
    });
    const error = await workload.getToken(never).catch(e => e);
    expect(error).toMatchObject({ code: 'exchange-refused' });
    for (const shown of [error, workload]) {
      const text = inspect(shown, { showHidden: true, depth: 9 });
      expect(text).not.toContain(wrong);
      expect(text).not.toContain(btoa(`backstage-reader:${wrong}`));
    }
  });
});

describe('with a token file', () => {
  const fileOf = (tokenFile: string): WorkloadConfig => ({
    kind: 'tokenFile',
    tokenFile,
  });

  it('reads it again on each use', async () => {
    const first = await simulators.idp.signIdToken('ada');
    const second = await simulators.idp.signIdToken('grace');
    const file = await fileWith(`${first}\n`);
    const { workload } = createWorkload(fileOf(file));
    const issued = await workload.getToken(never);
    expect(issued.token.reveal()).toBe(first);
    expect(issued.expiresAt).toEqual(new Date(decodeJwt(first).exp! * 1000));
    await writeFile(file, second);
    expect((await workload.getToken(never)).token.reveal()).toBe(second);
  });

  it.each<[string, () => Promise<string>]>([
    ['a missing file', async () => join(folder, 'missing')],
    ['an empty file', () => fileWith('\n')],
    ['no JWT', () => fileWith('not a token')],
    [
      'a token without an end',
      async () => fileWith(await simulators.idp.forge('no-expiry', 'ada')),
    ],
    [
      'an expired token',
      async () => fileWith(await simulators.idp.forge('expired', 'ada')),
    ],
    ['a file without end', () => fileWith('x'.repeat(70_000))],
  ])('is 503 for %s, without its content', async (_rule, make) => {
    const file = await make();
    const { workload } = createWorkload(fileOf(file));
    await expect(workload.getToken(never)).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      code: 'workload-identity-missing',
      message: expect.stringContaining('workload.tokenFile'),
    });
  });
});

it('is 503 with its own code when it is not configured', async () => {
  const { workload } = createWorkload(undefined);
  await expect(workload.getToken(never)).rejects.toMatchObject({
    name: 'ServiceUnavailableError',
    code: 'workload-identity-missing',
  });
});
