import { stat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Config, ConfigReader } from '@backstage/config';
import {
  type ConfigSource,
  ConfigSources,
  type ConfigSourceData,
  FileConfigSource,
} from '@backstage/config-loader';
import { canonicalJson } from '../audit/auditEntry';
import { describeReadError } from './describeReadError';

/** What the configuration says now, or why it cannot be read. */
export type ConfigurationReading = { config: Config } | { problem: string };

/** Names of files in directives such as `$include: roles.yaml`; one made of variables is not found. */
const INCLUDED = /\$(?:include|file)['"]?\s*:\s*['"]?([^'"#\s,}]+)/g;

/**
 * The files that Backstage made its root configuration of, read by Backstage's own loader. Backstage watches them too, but stops
 * for good, and says nothing, once one of them cannot be parsed; it also misses the second of two writes within 50 ms
 * (config-loader 1.11.3, FileConfigSource). A right that was taken away must not stay because of that.
 */
export class ConfigurationFiles {
  readonly #source: ConfigSource;
  #paths: readonly string[] = [];
  /** With those that they include. */
  #watched: readonly string[] = [];

  private constructor(argv: string[]) {
    this.#source = ConfigSources.default({ argv, watch: false });
  }

  /** Undefined where the root configuration says something else than the files: then it was made otherwise. */
  static async find(
    root: Config,
    argv: string[],
  ): Promise<ConfigurationFiles | undefined> {
    if (ConfigSources.parseArgs(argv).some(({ type }) => type === 'url')) {
      return undefined; // no file
    }
    const files = new ConfigurationFiles(argv);
    const reading = await files.read();
    const same =
      'config' in reading &&
      files.#paths.length > 0 &&
      textOf(reading.config) === textOf(root);
    return same ? files : undefined;
  }

  get paths(): readonly string[] {
    return this.#paths;
  }

  async read(): Promise<ConfigurationReading> {
    try {
      const configs = await readOnce(this.#source);
      this.#paths = configs.flatMap(config => config.path ?? []);
      this.#watched = await withIncluded(this.#paths);
      return { config: ConfigReader.fromConfigs(configs) };
    } catch (error) {
      return { problem: await this.#problemOf(error) };
    }
  }

  /** Differs as soon as one of the files, or of those they include, does. */
  async signature(): Promise<string> {
    const states = await Promise.all(
      this.#watched.map(file =>
        stat(file, { bigint: true }).then(
          ({ ino, size, mtimeNs, ctimeNs }) =>
            `${ino} ${size} ${mtimeNs} ${ctimeNs}`,
          () => 'missing',
        ),
      ),
    );
    return states.join('\n');
  }

  /** The loader does not always say which file it was. */
  async #problemOf(error: unknown): Promise<string> {
    for (const file of this.#paths) {
      const source = FileConfigSource.create({ path: file, watch: false });
      const problem = await readOnce(source).then(
        () => undefined,
        reason => describeReadError(reason, file),
      );
      if (problem) return problem;
    }
    return describeReadError(error);
  }
}

async function readOnce(source: ConfigSource): Promise<ConfigSourceData[]> {
  for await (const { configs } of source.readConfigData()) return configs;
  return [];
}

function textOf(config: Config): string {
  return canonicalJson(config.getOptional('modelops') ?? null);
}

async function withIncluded(files: readonly string[]): Promise<string[]> {
  const all = new Set(files);
  for (const file of all) {
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const [, name] of text.matchAll(INCLUDED)) {
      all.add(path.resolve(path.dirname(file), name));
    }
  }
  return [...all];
}
