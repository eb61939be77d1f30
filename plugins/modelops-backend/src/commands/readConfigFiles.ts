import path from 'node:path';
import { type Config, ConfigReader } from '@backstage/config';
import {
  ConfigSources,
  type ConfigSourceData,
  FileConfigSource,
  type EnvFunc,
} from '@backstage/config-loader';
import type { JsonObject, JsonValue } from '@backstage/types';
import { describeReadError } from '../config';
import { UsageError } from './command';

/** Stands for the value of a variable that is not set. Long enough for a key. */
const STAND_IN = /environment-variable-([\s\S]*?)-is-not-set-here/g;

/** Files of app-config, later ones over earlier ones, as Backstage reads them. */
export interface ConfigFiles {
  config: Config;
  /** Names of the files. */
  files: string[];
}

/**
 * Reads the files through Backstage's own loader, with `$env`, `$file`, `$include` and `${VARIABLE}`; without names, those that
 * Backstage takes by default. What comes from a variable that is not set is given a stand-in: on a laptop the secrets of
 * production are not set, and that is no mistake in the file. Throws UsageError for a file that cannot be read.
 */
export async function readConfigFiles(
  names: readonly string[],
  cwd: string,
): Promise<ConfigFiles> {
  const paths = names.map(name => path.resolve(cwd, name));
  const asSet = await read(paths, async name => process.env[name]?.trim());
  const withStandIns = await read(
    paths,
    async name =>
      process.env[name]?.trim() ||
      `environment-variable-${name}-is-not-set-here`,
  );
  return {
    config: ConfigReader.fromConfigs(
      asSet.map((config, at) => ({
        ...config,
        data: fill(config.data, withStandIns[at].data) as JsonObject,
      })),
    ),
    files: asSet.map(({ path: file, context }) =>
      file ? path.relative(cwd, file) : context,
    ),
  };
}

/** Variables that a value was to come from and that are not set. */
export function unsetVariablesOf(value: unknown): string[] {
  const names = new Set<string>();
  for (const text of textsOf(value)) {
    for (const [, name] of text.matchAll(STAND_IN)) names.add(name);
  }
  return [...names];
}

async function read(
  paths: readonly string[],
  substitutionFunc: EnvFunc,
): Promise<ConfigSourceData[]> {
  for (const file of paths) await requireReadable(file, substitutionFunc);
  const source = ConfigSources.defaultForTargets({
    targets: paths.map(target => ({ type: 'path', target })),
    watch: false,
    substitutionFunc,
  });
  try {
    for await (const { configs } of source.readConfigData()) return configs;
  } catch (error) {
    throw new UsageError(describeReadError(error));
  }
  return [];
}

/** One by one first, because the loader does not always say which file it was. */
async function requireReadable(
  file: string,
  substitutionFunc: EnvFunc,
): Promise<void> {
  const source = FileConfigSource.create({
    path: file,
    watch: false,
    substitutionFunc,
  });
  try {
    await source.readConfigData().next();
  } catch (error) {
    throw new UsageError(describeReadError(error, file));
  }
}

/** What is missing because a variable is not set comes from the stand-ins; a value with a default of its own stays. */
function fill(value: JsonValue | undefined, standIn: JsonValue): JsonValue {
  if (value === undefined) return standIn;
  if (Array.isArray(value) && Array.isArray(standIn)) {
    // An element that is not set is left out, and then nobody can say which it was.
    return value.length === standIn.length
      ? standIn.map((element, at) => fill(value[at], element))
      : standIn;
  }
  if (isObject(value) && isObject(standIn)) {
    return Object.fromEntries(
      Object.entries(standIn).map(([key, element]) => [
        key,
        fill(value[key], element as JsonValue),
      ]),
    );
  }
  return value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(textsOf)
    : [];
}
