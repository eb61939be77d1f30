import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Access, AuditEntry } from 'backstage-plugin-modelops-common';
import {
  type DemoConfig,
  type Portal,
  startPortal,
  useSimulators,
} from './__testUtils__/portal';

const JOB = 'databricks-demo:job/8123';
const MODELS = 'databricks-demo:model/main.fraud.*';

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

type Configuration = NonNullable<Access['configuration']>;

/** Longest a change may take to be seen; far more than the two looks of a second each. */
const PATIENCE_MS = 20_000;

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error('It never happened');
    await pause(100);
  }
}

async function hashOf(portal: Portal): Promise<string> {
  return (await portal.call('alan', 'GET', '/v1/access')).body.mappingHash;
}

/** Waits until another mapping than `before` is in effect. */
async function nextHash(portal: Portal, before: string): Promise<string> {
  return eventually(async () => {
    const hash = await hashOf(portal);
    return hash === before ? undefined : hash;
  });
}

async function configurationOf(portal: Portal): Promise<Configuration> {
  return (await portal.call('alan', 'GET', '/v1/access')).body.configuration;
}

/** Waits until the Access page of an admin says what the test wants. */
async function untilConfiguration(
  portal: Portal,
  wanted: (configuration: Configuration) => boolean,
): Promise<Configuration> {
  return eventually(async () => {
    const configuration = await configurationOf(portal);
    return wanted(configuration) ? configuration : undefined;
  });
}

async function mappingEntries(portal: Portal): Promise<AuditEntry[]> {
  const entries = await portal.entries();
  return entries.filter(entry => entry.code.startsWith('mapping.'));
}

const roleOf = (config: DemoConfig, name: string) =>
  config.modelops.roles.find(role => role.name === name)!;

/** Ada's team may no longer train, only look. */
function takeTrainingAway(config: DemoConfig) {
  roleOf(config, 'fraud-ml-engineer').allow[0].resources = [MODELS];
}

function giveTrainingBack(config: DemoConfig) {
  roleOf(config, 'fraud-ml-engineer').allow[0].resources = [JOB, MODELS];
}

/** A rule above the one that Ada trains by, for the same and more. */
function putRuleAbove(config: DemoConfig) {
  const { allow } = roleOf(config, 'fraud-ml-engineer');
  allow.unshift({ ...allow[0], resources: ['databricks-demo:*'] });
}

describe.each(databases.eachSupportedId())(
  'Changed roles on a running portal, on %s',
  databaseId => {
    const simulators = useSimulators();
    let portal: Portal;
    const others: Portal[] = [];
    beforeEach(async () => {
      portal = await startPortal({
        databases,
        databaseId,
        simulators: simulators(),
      });
    });
    afterEach(async () => {
      await Promise.all([portal, ...others.splice(0)].map(one => one?.close()));
    });

    async function startReplica(
      config?: (config: DemoConfig) => void,
    ): Promise<Portal> {
      const other = await startPortal({
        databases,
        databaseId,
        simulators: simulators(),
        db: portal.db,
        config: demo => {
          config?.(demo);
          return demo;
        },
      });
      others.push(other);
      return other;
    }

    it('take effect without a restart, and the next click is refused by them', async () => {
      const first = await hashOf(portal);
      const { body: run } = await portal.train('ada');
      await portal.until(run.id, 'succeeded');
      await portal.configure(takeTrainingAway);
      const second = await nextHash(portal, first);

      const refused = await portal.train('ada');
      expect(refused.status).toBe(403);
      const [started] = await portal.entries({ code: 'run.requested' });
      const [refusal] = await portal.entries({ code: 'run.refused' });
      expect([started.mappingHash, refusal.mappingHash]).toEqual([
        first,
        second,
      ]);

      expect(await mappingEntries(portal)).toEqual([
        expect.objectContaining({
          code: 'mapping.loaded',
          actor: 'system:modelops',
          mappingHash: first,
        }),
        expect.objectContaining({
          code: 'mapping.changed',
          actor: 'system:modelops',
          mappingHash: second,
          previousMappingHash: first,
          count: 1,
          mappingChanges: [
            {
              role: 'fraud-ml-engineer',
              rule: 'fraud-ml-engineer#0',
              before: expect.stringContaining(JSON.stringify([JOB, MODELS])),
              after: expect.stringContaining(JSON.stringify([MODELS])),
            },
          ],
        }),
      ]);
      const { mappingSince, ...rest } = await configurationOf(portal);
      expect(rest).toEqual({ restartNeeded: [], warnings: [] });
      expect(new Date(mappingSince).getTime()).toBeLessThanOrEqual(Date.now());

      await portal.configure(giveTrainingBack);
      expect(await nextHash(portal, second)).toBe(first);
      expect((await portal.train('ada')).status).toBe(202);
      expect(
        (await portal.entries({ code: 'mapping.changed' })).map(
          entry => entry.mappingHash,
        ),
      ).toEqual([second, first]);
    });

    it('stay out of effect while they are wrong, which is logged, recorded and shown, until they are mended', async () => {
      const before = await hashOf(portal);
      await portal.configure(config => {
        roleOf(config, 'fraud-ml-engineer').allow[0].actions[1] = 'trian';
      });
      const problem =
        "modelops.roles[0].allow[0].actions[1]: has to be one of read, train, deploy, serve, predict, cancel, audit, administer (did you mean 'train'?)";
      const { rejected } = await untilConfiguration(
        portal,
        configuration => configuration.rejected !== undefined,
      );
      expect(rejected!.message).toContain(problem);
      expect(await hashOf(portal)).toBe(before);
      expect((await portal.train('ada')).status).toBe(202);
      const recorded = await eventually(
        async () => (await portal.entries({ code: 'mapping.rejected' }))[0],
      );
      expect(recorded).toMatchObject({
        actor: 'system:modelops',
        mappingHash: before,
        detail: expect.stringContaining(problem),
      });
      expect(portal.logs.join('\n')).toContain(problem);
      const { body } = await portal.call('ada', 'GET', '/v1/access');
      expect(body).not.toHaveProperty('configuration');

      await portal.configure(config => {
        roleOf(config, 'fraud-ml-engineer').allow[0].actions[1] = 'train';
      });
      await untilConfiguration(portal, one => one.rejected === undefined);
      expect((await mappingEntries(portal)).map(entry => entry.code)).toEqual([
        'mapping.loaded',
        'mapping.rejected',
      ]);
    });

    it('are recorded once by two replicas, right or wrong, and twice when they are changed back', async () => {
      const other = await startReplica();
      const first = await hashOf(portal);
      const both = (change: (config: DemoConfig) => void) =>
        Promise.all([portal, other].map(one => one.configure(change)));

      await both(takeTrainingAway);
      const second = await nextHash(portal, first);
      expect(await nextHash(other, first)).toBe(second);
      await both(giveTrainingBack);
      await Promise.all([nextHash(portal, second), nextHash(other, second)]);
      await both(config => {
        roleOf(config, 'auditor').members = [];
        config.modelops.identity.audience = 'elsewhere';
      });
      for (const one of [portal, other]) {
        await untilConfiguration(one, now => now.rejected !== undefined);
      }
      await eventually(
        async () =>
          (
            await portal.entries({ code: 'mapping.restart-needed' })
          )[0],
      );
      await pause(500); // for the slower one
      expect((await mappingEntries(portal)).map(entry => entry.code)).toEqual([
        'mapping.loaded',
        'mapping.changed',
        'mapping.changed',
        'mapping.rejected',
        'mapping.restart-needed',
      ]);
    });

    it('that a replica is started with are compared with those that took effect last', async () => {
      const first = await hashOf(portal);
      await startReplica();
      const third = await startReplica(takeTrainingAway);
      const [, changed, ...more] = await mappingEntries(portal);
      expect(changed).toMatchObject({
        code: 'mapping.changed',
        previousMappingHash: first,
        mappingHash: await hashOf(third),
        count: 1,
      });
      expect(more).toEqual([]);
    });

    it('wait for the ledger, so that none takes effect unrecorded', async () => {
      const before = await hashOf(portal);
      await portal.db.schema.renameTable('role_mappings', 'gone');
      await portal.configure(takeTrainingAway);
      const { rejected } = await untilConfiguration(
        portal,
        configuration => configuration.rejected !== undefined,
      );
      expect(rejected!.message).toContain('the audit ledger cannot be written');
      expect(await hashOf(portal)).toBe(before);
      await portal.db.schema.renameTable('gone', 'role_mappings');
      const after = await nextHash(portal, before);
      expect(await portal.entries({ code: 'mapping.changed' })).toMatchObject([
        { mappingHash: after, previousMappingHash: before },
      ]);
      expect((await configurationOf(portal)).rejected).toBeUndefined();
    });

    it('do not touch a decision that was taken', async () => {
      const first = await hashOf(portal);
      await portal.simulators.databricks.fault({
        method: 'GET',
        path: '/api/2.2/jobs/get',
        effect: 'delay',
        latencyMs: 5_000,
        count: 1,
      });
      const inFlight = portal.train('ada');
      await portal.configure(takeTrainingAway);
      const second = await nextHash(portal, first);
      const answer = await inFlight;
      expect(answer.status).toBe(202);
      const entries = await portal.entries({ runId: answer.body.id });
      expect(entries[0]).toMatchObject({
        code: 'run.requested',
        mappingHash: first,
      });
      expect(entries[0].sequence).toBeGreaterThan(
        (await portal.entries({ mappingHash: second }))[0].sequence,
      );
    });

    it('need no restart, while everything else does, and says so', async () => {
      const before = await hashOf(portal);
      await portal.configure(config => {
        const { connections } = config.modelops as any;
        connections['databricks-new'] = connections['databricks-demo'];
        roleOf(config, 'auditor').allow[0].resources = ['databricks-new:*'];
      });
      const { rejected, restartNeeded } = await untilConfiguration(
        portal,
        configuration => configuration.rejected !== undefined,
      );
      expect(restartNeeded).toEqual(['connections']);
      expect(rejected!.message).toContain(
        "modelops.roles[5].allow[0].resources[0]: the connection 'databricks-new' is not in effect yet: connections need a restart, roles do not",
      );
      expect(
        await eventually(
          async () =>
            (
              await portal.entries({ code: 'mapping.restart-needed' })
            )[0],
        ),
      ).toMatchObject({
        actor: 'system:modelops',
        detail:
          'modelops.connections changed, and take effect at a restart only',
      });

      await portal.configure(config => {
        delete (config.modelops.connections as any)['databricks-new'];
        config.modelops.identity.workload.clientSecret = 'never-to-be-printed';
        (config.modelops as any).audit = { hashKey: 'k'.repeat(32) };
        roleOf(config, 'auditor').allow[0].resources = ['databricks-demo:*'];
      });
      const changed = await nextHash(portal, before);
      expect(await configurationOf(portal)).toMatchObject({
        restartNeeded: ['audit', 'identity'],
      });
      await eventually(
        async () =>
          (
            await portal.entries({ code: 'mapping.restart-needed' })
          )[1],
      );
      expect(
        JSON.stringify([portal.logs, portal.answers, await portal.entries()]),
      ).not.toContain('never-to-be-printed');

      await portal.configure(config => {
        config.modelops.identity.workload.clientSecret =
          'modelops-demo-reader-secret';
        delete (config.modelops as any).audit;
      });
      await untilConfiguration(portal, one => one.restartNeeded.length === 0);
      expect(await hashOf(portal)).toBe(changed);
    });

    it('warn of rules that can no longer decide anything', async () => {
      await portal.configure(putRuleAbove);
      const { warnings } = await untilConfiguration(
        portal,
        configuration => configuration.warnings.length > 0,
      );
      expect(warnings).toEqual([
        expect.stringContaining(
          'the rule fraud-ml-engineer#1 never decides anything; fraud-ml-engineer#0 always decides before it',
        ),
      ]);
    });

    it('do not begin the count of a limit anew', async () => {
      const before = await hashOf(portal);
      const answers = Array.from({ length: 25 }, () => portal.train('ada'));
      await portal.configure(putRuleAbove);
      answers.push(...Array.from({ length: 25 }, () => portal.train('ada')));
      const after = await nextHash(portal, before);
      answers.push(...Array.from({ length: 5 }, () => portal.train('ada')));
      await portal.configure(config => {
        roleOf(config, 'fraud-ml-engineer').name = 'renamed';
      });
      await nextHash(portal, after);
      answers.push(...Array.from({ length: 5 }, () => portal.train('ada')));
      const settled = await Promise.all(answers);
      expect(settled.filter(one => one.status === 202)).toHaveLength(2);
      expect(
        settled
          .flatMap(one => one.body.error?.code ?? [])
          .filter(code => code !== 'too-many-refusals'), // past thirty
      ).toEqual(Array(30).fill('concurrent-runs-limit'));
      expect(await portal.simulators.databricks.runs()).toHaveLength(2);
    });
  },
);

describe('Changed roles of a portal whose app-config is a file', () => {
  let folder: string;
  let portal: Portal;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'modelops-roles-'));
    file = path.join(folder, 'app-config.yaml');
    portal = await startPortal({
      databases,
      databaseId: 'SQLITE_3',
      configFile: file,
    });
  });
  afterEach(async () => {
    await portal?.close();
    await rm(folder, { recursive: true });
  });

  it('survive a file that was saved half-written', async () => {
    const first = await hashOf(portal);
    const good = await readFile(file, 'utf8');
    const cut = good.indexOf('- databricks-demo:job/8123');
    await writeFile(file, `${good.slice(0, cut)}: [`);
    const { rejected } = await untilConfiguration(
      portal,
      configuration => configuration.rejected !== undefined,
    );
    expect(rejected!.message).toMatch(
      /^app-config\.yaml: is not valid YAML at line \d+, column \d+$/,
    );
    expect(await hashOf(portal)).toBe(first);
    expect((await portal.train('ada')).status).toBe(202);

    await portal.configure(takeTrainingAway);
    const second = await nextHash(portal, first);
    expect((await portal.train('ada')).status).toBe(403);
    expect((await configurationOf(portal)).rejected).toBeUndefined();
    expect(
      (await mappingEntries(portal)).map(entry => [
        entry.code,
        entry.mappingHash,
      ]),
    ).toEqual([
      ['mapping.loaded', first],
      ['mapping.rejected', first],
      ['mapping.changed', second],
    ]);
  });
});

describe('Ten thousand changed rules', () => {
  it('take effect, and hold nobody up for seconds', async () => {
    const portal = await startPortal({ databases, databaseId: 'SQLITE_3' });
    const before = await hashOf(portal);
    await portal.configure(config =>
      config.modelops.roles.push(...manyRoles()),
    );
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const second = await nextHash(portal, before);
    await portal.configure(config => {
      config.modelops.roles[500].allow[3].ownedByMember = false;
    });
    await nextHash(portal, second);
    delay.disable();
    const changed = await portal.entries({ code: 'mapping.changed' });
    expect(changed.map(entry => entry.count)).toEqual([11_000, 1]);
    // Nanoseconds. On an idle machine it is half a second, most of it for reading; the rest is for tests that run beside this one.
    expect(delay.max).toBeLessThan(5e9);
    await portal.close();
  });
});

/** A thousand roles of ten rules each. */
function manyRoles(): DemoConfig['modelops']['roles'] {
  return Array.from({ length: 1_000 }, (_, role) => ({
    name: `team-${role}`,
    members: [{ group: `group:default/team-${role}` }],
    allow: Array.from({ length: 10 }, (__, rule) => ({
      actions: ['read', 'train', 'cancel'],
      resources: [
        `databricks-demo:job/${role * 10 + rule + 10_000}`,
        `databricks-demo:model/main.team${role}.m${rule}.*`,
      ],
      environments: ['production'],
      ownedByMember: true,
      parameters: { epochs: { maximum: 20 } },
      limits: { concurrentRuns: 2 },
    })),
  }));
}
