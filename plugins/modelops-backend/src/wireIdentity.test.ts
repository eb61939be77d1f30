import { TestDatabases } from '@backstage/backend-test-utils';
import type { ErrorCode } from 'backstage-plugin-modelops-common';
import { TcpProxy, type WireEffect } from 'modelops-simulators';
import {
  type Portal,
  startPortal,
  useSimulators,
} from './__testUtils__/portal';
import {
  BREAKS,
  expectInOrder,
  expectReadUpTo,
  FLOOD,
  readInVain,
} from './__testUtils__/wiredPortal';

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const DISCOVERY = '/.well-known/openid-configuration';
const KEYS = 'GET /jwks ';
const TOKEN = 'POST /token ';
const SILENT: WireEffect = {
  effect: 'silence',
  after: { of: 'answer', bytes: 0 },
};
/** Longest that a document of the identity provider, and its token endpoint, may take; and all the rest on a busy machine. */
const DOCUMENT_MS = 5_000;
const TOKEN_MS = 8_000;
const SLACK_MS = 5_000;
/** Longest document read. */
const DOCUMENT_BYTES = 256 * 1024;

const { UNANSWERED, CUT } = BREAKS;
/** The one entry of a start by somebody who could not be verified, and its answer. */
const UNVERIFIED = {
  status: 503,
  code: 'identity.failed',
  outcome: 'failed',
  refusalCode: 'identity-provider-unreachable',
};

describe('A wire to the identity provider that breaks', () => {
  const simulators = useSimulators();
  let wire: TcpProxy;
  let portals: Portal[];
  beforeEach(async () => {
    portals = [];
    wire = await TcpProxy.start(simulators().idp.issuer);
    await leadThroughWire();
  });
  afterEach(async () => {
    for (const portal of portals) {
      await expectInOrder(portal);
      await portal.close();
    }
    await wire.close();
  });

  async function open(): Promise<Portal> {
    const portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      simulators: simulators(),
    });
    portals.push(portal);
    return portal;
  }

  async function submitted(portal: Portal): Promise<string> {
    const { body } = await portal.train('ada');
    expect(body.state).toBe('submitted');
    return body.id;
  }

  /** Keys and tokens are had through the wire: as with providers that keep them on another host than the issuer. */
  async function leadThroughWire() {
    await simulators().idp.fault({
      path: DISCOVERY,
      effect: 'merge',
      json: {
        jwks_uri: `${wire.url}/jwks`,
        token_endpoint: `${wire.url}/token`,
      },
    });
  }

  /** Starts a run when nobody can be verified: no platform is called, and the answer's code is that of the entry. */
  async function startUnverified(portal: Portal, withinMs: number) {
    const called = await simulators().databricks.requests();
    const { status, body } = await within(withinMs, portal.train('ada'));
    expect(await simulators().databricks.requests()).toEqual(called);
    const { code, outcome, refusalCode } = (await portal.entries()).at(-1)!;
    expect(refusalCode).toBe(body.error.code);
    return { status, code, outcome, refusalCode };
  }

  it.each<[string, WireEffect]>([
    ['cut', CUT],
    ['too large, with 200 MB', FLOOD],
  ])(
    'the keys are %s: 503, and the next request works',
    async (_how, effect) => {
      const portal = await open();
      wire.fault({ at: KEYS, ...effect });
      expect(await startUnverified(portal, 0)).toEqual(UNVERIFIED);
      expectReadUpTo(wire, DOCUMENT_BYTES);
      wire.clearFaults();
      expect((await portal.train('ada')).body.state).toBe('submitted');
    },
  );

  it('the port is closed: 503, and the next request works', async () => {
    const portal = await open();
    await wire.refuse();
    expect(await startUnverified(portal, 0)).toEqual(UNVERIFIED);
    await wire.accept();
    expect((await portal.train('ada')).body.state).toBe('submitted');
  });

  it('keys at hand are enough', async () => {
    const portal = await open();
    await submitted(portal);
    await wire.refuse();
    expect((await portal.train('ada')).body.state).toBe('submitted');
  });

  it('new keys are lost: 503 and not a refusal, and a second later it works', async () => {
    const portal = await open();
    await submitted(portal);
    await simulators().idp.rotateKeys();
    wire.fault({ at: KEYS, ...UNANSWERED });
    expect(await startUnverified(portal, 0)).toEqual(UNVERIFIED);
    wire.clearFaults();
    await new Promise(resolve => setTimeout(resolve, 1_000));
    expect((await portal.train('ada')).body.state).toBe('submitted');
  });

  it.each<[string, WireEffect, ErrorCode]>([
    ['is lost', UNANSWERED, 'exchange-unreachable'],
    ['has 200 MB', FLOOD, 'exchange-response-invalid'],
  ])(
    "the portal's own token %s: the run stays as it is, and is read later",
    async (_how, effect, code) => {
      const portal = await open();
      const id = await submitted(portal);
      wire.fault({ at: TOKEN, ...effect });
      await within(0, readInVain(portal, code));
      const { body } = await portal.call('ada', 'GET', `/v1/runs/${id}`);
      expect(body.state).toBe('submitted');
      wire.clearFaults();
      await portal.until(id, 'succeeded');
    },
  );

  it('silence ends at the deadline, and the next request works', async () => {
    const [following, withoutKeys, withoutDiscovery] = [
      await open(),
      await open(),
      await open(),
    ];
    const id = await submitted(following);
    await simulators().idp.reset();
    await simulators().idp.fault({
      path: DISCOVERY,
      effect: 'delay',
      latencyMs: 2 * DOCUMENT_MS,
      count: 1,
    });
    const first = startUnverified(withoutDiscovery, DOCUMENT_MS);
    while ((await simulators().idp.requests({ path: DISCOVERY })).length === 0);
    await leadThroughWire();
    wire.fault({ at: KEYS, ...SILENT });
    wire.fault({ at: TOKEN, ...SILENT });
    const [, ...answers] = await Promise.all([
      within(TOKEN_MS, readInVain(following, 'exchange-unreachable')),
      startUnverified(withoutKeys, DOCUMENT_MS),
      first,
    ]);
    expect(answers).toEqual([UNVERIFIED, UNVERIFIED]);
    wire.clearFaults();
    await submitted(withoutKeys);
    await submitted(withoutDiscovery);
    await following.until(id, 'succeeded');
  });
});

/** What comes, with some room for a busy machine. */
async function within<T>(ms: number, coming: Promise<T>): Promise<T> {
  const began = Date.now();
  const come = await coming;
  expect(Date.now() - began).toBeLessThan(ms + SLACK_MS);
  return come;
}
