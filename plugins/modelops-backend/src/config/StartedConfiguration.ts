import { createHash } from 'node:crypto';
import type { Config } from '@backstage/config';
import { stringifyError } from '@backstage/errors';
import type { RoleMapping } from '../access/roleMapping';
import { canonicalJson } from '../audit/auditEntry';
import type { ConfigurationReading } from './ConfigurationFiles';
import type { ModelopsConfig } from './ModelopsConfig';
import { InvalidConfigurationError } from './Problems';
import { isObject } from './readBlock';
import { readChangedRoles } from './readChangedRoles';
import type { Modules } from './readConnections';

/** What a changed configuration means for a backend that goes on running. */
export interface ConfigurationChange {
  roles: ReadRoles;
  /** Keys below `modelops`, other than `roles`, that are not what they were at the start; undefined when nobody can say. */
  restartNeeded?: { keys: readonly string[]; content: unknown };
}

/** The roles, or why they cannot take effect. `content`: by which the same mistake is known again. */
export type ReadRoles = RoleMapping | { problem: string; content: unknown };

/** The configuration that the running process was started with. Of the parts that may hold secrets it keeps hashes only. */
export class StartedConfiguration {
  readonly #hashes: ReadonlyMap<string, string>;

  constructor(
    root: Config,
    private readonly running: Pick<
      ModelopsConfig,
      'connections' | 'trustedLocations'
    >,
    private readonly modules: Modules,
  ) {
    this.#hashes = new Map(
      Object.entries(otherParts(root)).map(([key, value]) => [
        key,
        hashOf(value),
      ]),
    );
  }

  async changeTo(reading: ConfigurationReading): Promise<ConfigurationChange> {
    if ('problem' in reading) {
      return { roles: { problem: reading.problem, content: reading.problem } };
    }
    const { config } = reading;
    const restartNeeded = this.#restartNeeded(config);
    return { roles: await this.#readRoles(config), restartNeeded };
  }

  async #readRoles(config: Config): Promise<ReadRoles> {
    try {
      return await readChangedRoles(config, this.running, this.modules);
    } catch (error) {
      return {
        // Anything else is a bug of a module or of ours, and then nobody knows what its message quotes.
        problem:
          error instanceof InvalidConfigurationError
            ? error.message
            : 'The roles could not be read.',
        content: {
          message: stringifyError(error),
          roles: partsOf(config).roles ?? null,
        },
      };
    }
  }

  #restartNeeded(config: Config) {
    const parts = otherParts(config);
    const keys = [...new Set([...this.#hashes.keys(), ...Object.keys(parts)])]
      .filter(key => this.#hashes.get(key) !== hashOf(parts[key]))
      .sort();
    return {
      keys,
      content: Object.fromEntries(keys.map(key => [key, parts[key] ?? null])),
    };
  }
}

function partsOf(config: Config): Record<string, unknown> {
  const block = config.getOptional('modelops');
  return isObject(block) ? block : {};
}

function otherParts(config: Config): Record<string, unknown> {
  const { roles: _, ...others } = partsOf(config);
  return others;
}

/** Undefined for a key that is not there. */
function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(value === undefined ? '' : canonicalJson(value))
    .digest('hex');
}
