import {
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { ConfigSources } from '@backstage/config-loader';
import { ConfigurationFeed } from './index';

/** Longest that a change may take to be told. */
const PATIENCE_MS = 10_000;
/** Shorter than on a real portal, so that the tests are. */
const LOOK_MS = 200;
const SECRET = 'not-to-be-printed-81c2';

jest.setTimeout(30_000);

/** The number of `modelops.version`, or the problem. */
type Told = number | string;

describe('ConfigurationFeed', () => {
  let folder: string;
  let stops: Array<() => void>;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'modelops-feed-'));
    stops = [];
  });
  afterEach(async () => {
    stops.forEach(stop => stop());
    await rm(folder, { recursive: true });
  });

  const inFolder = (name: string) => path.join(folder, name);
  const versionFile = (version: number) =>
    `# ${SECRET}\nmodelops:\n  version: ${version}\n`;

  /** Backstage's own root configuration of these files, and what the feed tells of it. */
  async function follow(files: string | string[], lookMs = LOOK_MS) {
    const argv = ['node', 'backend'].concat(
      [files].flat().flatMap(file => ['--config', file]),
    );
    const root = await ConfigSources.toConfig(
      ConfigSources.default({ argv, env: {} }),
    );
    const told: Told[] = [];
    const feed = await ConfigurationFeed.open({
      root,
      argv,
      logger: mockServices.logger.mock(),
      lookMs,
    });
    feed.start(async reading => {
      told.push(
        'config' in reading
          ? reading.config.getNumber('modelops.version')
          : reading.problem,
      );
    });
    stops.push(() => {
      feed.stop();
      root.close();
    });
    return {
      root,
      told,
      /** What was told last, once it is what is waited for. */
      async until(last: Told) {
        const deadline = Date.now() + PATIENCE_MS;
        while (told.at(-1) !== last && Date.now() < deadline) await pause(50);
        return told.at(-1);
      },
    };
  }

  it('tells what is there at the beginning, in case it changed while the backend started', async () => {
    await writeFile(inFolder('app.yaml'), versionFile(1));
    const { until, told } = await follow(inFolder('app.yaml'));
    expect(await until(1)).toBe(1);
    await pause(1_000);
    expect(told).toEqual([1]); // and nothing more while nothing changes
  });

  it('follows a file that is written in place, and one that is put over it', async () => {
    const file = inFolder('app.yaml');
    await writeFile(file, versionFile(1));
    const { until } = await follow(file);
    expect(await until(1)).toBe(1);
    await writeFile(file, versionFile(2));
    expect(await until(2)).toBe(2);
    for (const version of [3, 4]) {
      await writeFile(inFolder('.app.yaml.swp'), versionFile(version));
      await rename(inFolder('.app.yaml.swp'), file);
      expect(await until(version)).toBe(version);
    }
    await rename(file, inFolder('app.yaml~'));
    await pause(300);
    await writeFile(file, versionFile(5));
    expect(await until(5)).toBe(5);
  });

  it('sees the second of two writes that Backstage misses', async () => {
    const file = inFolder('app.yaml');
    await writeFile(file, versionFile(1));
    const { until } = await follow(file);
    expect(await until(1)).toBe(1);
    await writeFile(file, versionFile(2));
    await pause(20);
    await writeFile(file, versionFile(3));
    expect(await until(3)).toBe(3);
  });

  it('waits until a file that is written in steps stands still', async () => {
    const file = inFolder('app.yaml');
    await writeFile(file, versionFile(1));
    // Far more than a step takes, on a busy machine too.
    const { until, told } = await follow(file, 1_500);
    expect(await until(1)).toBe(1);
    for (let step = 0; step < 40; step += 1) {
      await writeFile(file, `modelops:\n  version: 99\n  steps: ${step}\n`);
      await pause(40);
    }
    await writeFile(file, versionFile(2));
    expect(await until(2)).toBe(2);
    expect(told).toEqual([1, 2]);
  });

  it.each([
    ['half-written', `modelops:\n  secret: ${SECRET}: [`],
    ['of a text that is never closed', `modelops: "${SECRET}`],
    ['with a key twice', `a: ${SECRET}\na: ${SECRET}\n`],
  ])(
    'says where a file is %s, quotes nothing of it, and follows it after Backstage has given it up',
    async (_name, broken) => {
      const file = inFolder('app.yaml');
      await writeFile(file, versionFile(1));
      const { until, told, root } = await follow(file);
      expect(await until(1)).toBe(1);
      await writeFile(file, broken);
      const deadline = Date.now() + PATIENCE_MS;
      while (told.length < 2 && Date.now() < deadline) await pause(50);
      expect(told[1]).toMatch(
        /^app\.yaml: is not valid YAML at line \d+, column \d+$/,
      );
      await writeFile(file, versionFile(2));
      expect(await until(2)).toBe(2);
      // Why the files are read here at all. When this fails, Backstage has mended it.
      expect(root.getNumber('modelops.version')).toBe(1);
      await writeFile(file, versionFile(3));
      expect(await until(3)).toBe(3);
    },
  );

  it('says which file is gone, and goes on when it is back', async () => {
    await writeFile(inFolder('app.yaml'), versionFile(1));
    await writeFile(inFolder('local.yaml'), 'other: 1\n');
    const { until } = await follow([
      inFolder('app.yaml'),
      inFolder('local.yaml'),
    ]);
    expect(await until(1)).toBe(1);
    await rm(inFolder('local.yaml'));
    expect(await until('local.yaml: does not exist')).toBe(
      'local.yaml: does not exist',
    );
    await writeFile(inFolder('local.yaml'), 'modelops: { version: 2 }\n');
    expect(await until(2)).toBe(2);
  });

  it('follows included files, and says which include cannot be read', async () => {
    await mkdir(inFolder('parts'));
    await writeFile(
      inFolder('app.yaml'),
      'modelops:\n  $include: parts/a.yaml\n',
    );
    await writeFile(
      inFolder('parts/a.yaml'),
      'version: { "$include": "b.json" }\n',
    );
    await writeFile(inFolder('parts/b.json'), '1');
    const { until } = await follow(inFolder('app.yaml'));
    expect(await until(1)).toBe(1);
    await writeFile(inFolder('parts/b.json'), `{ ${SECRET}`);
    expect(
      await until('app.yaml: what modelops.version includes cannot be read'),
    ).toBe('app.yaml: what modelops.version includes cannot be read');
    await writeFile(inFolder('parts/b.json'), '2');
    expect(await until(2)).toBe(2);
  });

  it('follows a ConfigMap as Kubernetes changes it', async () => {
    const mount = async (version: number) => {
      await mkdir(inFolder(`..${version}`));
      await writeFile(inFolder(`..${version}/app.yaml`), versionFile(version));
      await symlink(`..${version}`, inFolder('..data_tmp'));
      await rename(inFolder('..data_tmp'), inFolder('..data'));
    };
    await mount(1);
    await symlink('..data/app.yaml', inFolder('app.yaml'));
    const { until } = await follow(inFolder('app.yaml'));
    expect(await until(1)).toBe(1);
    for (const version of [2, 3]) {
      await mount(version);
      await rm(inFolder(`..${version - 1}`), { recursive: true });
      expect(await until(version)).toBe(version);
    }
  });

  it('takes the root configuration as it is where that was not made of the files', async () => {
    await writeFile(inFolder('app.yaml'), versionFile(1));
    let version = 7;
    const changes: Array<() => void> = [];
    const root = {
      getOptional: (key: string) =>
        new ConfigReader({ modelops: { version } }).getOptional(key),
      getNumber: () => version,
      subscribe: (onChange: () => void) => {
        changes.push(onChange);
        return { unsubscribe: () => {} };
      },
    };
    const told: number[] = [];
    const feed = await ConfigurationFeed.open({
      root: root as never,
      argv: ['node', 'backend', '--config', inFolder('app.yaml')],
      logger: mockServices.logger.mock(),
      lookMs: LOOK_MS,
    });
    feed.start(async reading => {
      if ('config' in reading) {
        told.push(reading.config.getNumber('modelops.version'));
      }
    });
    stops.push(() => feed.stop());
    const untilTold = async (wanted: number) => {
      const patience = Date.now() + PATIENCE_MS;
      while (told.at(-1) !== wanted && Date.now() < patience) await pause(50);
    };
    await untilTold(7);
    await writeFile(inFolder('app.yaml'), versionFile(2));
    version = 8;
    changes.forEach(onChange => onChange());
    await untilTold(8);
    expect(told).toEqual([7, 8]);
  });
});
