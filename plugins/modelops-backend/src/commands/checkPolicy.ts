import type { Config } from '@backstage/config';
import {
  type ConfigProblem,
  InvalidConfigurationError,
  type ModelopsConfig,
  type Modules,
  readModelopsConfig,
} from '../config';
import { unsetVariablesOf } from './readConfigFiles';

/** What a check of app-config found. */
export interface PolicyCheck {
  problems: readonly ConfigProblem[];
  warnings: string[];
  /** Values that come from variables that are not set here. They count as present. */
  unset: Array<{
    path: string;
    variables: string[];
    /** What would be wrong with the stand-in; whether it is with the true value, only that can tell. */
    unchecked?: string;
  }>;
  /** Of a good configuration. */
  mapping?: { hash: string; roles: number; rules: number };
}

/** Checks the block `modelops` with what the backend itself checks it with at start. */
export function checkPolicy(
  config: Config,
  options: Modules & { production: boolean },
): PolicyCheck {
  const unset = unsetIn(config.getOptional('modelops'), 'modelops');
  try {
    return { ...goodCheck(readModelopsConfig(config, options)), unset };
  } catch (error) {
    if (!(error instanceof InvalidConfigurationError)) throw error;
    const problems: ConfigProblem[] = [];
    for (const problem of error.problems) {
      const place = unset.find(one => one.path === problem.path);
      if (place) place.unchecked = problem.message;
      else problems.push(problem);
    }
    return { problems, warnings: [], unset };
  }
}

function goodCheck(config: ModelopsConfig): Omit<PolicyCheck, 'unset'> {
  const { mapping } = config;
  return {
    problems: [],
    warnings: [...config.warnings, ...mapping.warnings],
    mapping: {
      hash: mapping.hash,
      roles: mapping.roles.length,
      rules: mapping.index.rules.length,
    },
  };
}

function unsetIn(value: unknown, path: string): PolicyCheck['unset'] {
  if (typeof value === 'string') {
    const variables = unsetVariablesOf(value);
    return variables.length > 0 ? [{ path, variables }] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    unsetIn(child, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`),
  );
}
