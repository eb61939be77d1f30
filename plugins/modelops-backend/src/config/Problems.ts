import { InputError } from '@backstage/errors';
import type { z } from 'zod';
import { didYouMean } from './nearestName';

/** Keys from `modelops` downward. */
export type ConfigPath = readonly PropertyKey[];

/** One thing that is wrong. Never holds the value of a secret. */
export interface ConfigProblem {
  /** As people write it: `modelops.roles[0].name`. */
  path: string;
  message: string;
}

/** A configuration that cannot be used; the message lists every problem. */
export class InvalidConfigurationError extends InputError {
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(
      `The configuration of modelops is not valid:\n${problems
        .map(({ path, message }) => `  - ${path}: ${message}`)
        .join('\n')}`,
    );
  }
}

/** Collects everything that is wrong with the configuration, so that it can be mended in one go. */
export class Problems {
  readonly #problems = new Map<string, ConfigProblem>();

  /** `root`: key of app-config that the path begins at. */
  add(path: ConfigPath, message: string, root = 'modelops') {
    const problem = { path: textOf(path, root), message };
    this.#problems.set(`${problem.path}: ${message}`, problem);
  }

  /** The value as the schema makes it, or undefined with its problems noted. */
  parse<S extends z.ZodType>(
    schema: S,
    value: unknown,
    path: ConfigPath,
  ): z.output<S> | undefined {
    const result = schema.safeParse(value, { error: describeIssue });
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      this.add([...path, ...issue.path], issue.message);
    }
    return undefined;
  }

  throwIfAny() {
    if (this.#problems.size === 0) return;
    throw new InvalidConfigurationError([...this.#problems.values()]);
  }
}

/** Sentences for the issues people make most; the others keep zod's, which hold no values either. */
function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(
        issue.keys,
        Object.keys((issue.inst as unknown as z.ZodObject).shape),
      );
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing (if it comes from an environment variable, check that it is set)'
        : `has to be of type ${issue.expected}`;
    case 'invalid_value':
      return issue.input === undefined
        ? 'is missing'
        : `has to be one of ${issue.values.join(', ')}${didYouMean(
            issue.input,
            issue.values,
          )}`;
    default:
      return undefined;
  }
}

/** One sentence for keys nobody knows. */
export function unknownKeys(
  keys: readonly string[],
  known: readonly string[],
): string {
  return `unknown key${keys.length > 1 ? 's' : ''} ${keys
    .map(key => `'${key}'${didYouMean(key, known)}`)
    .join(', ')}`;
}

function textOf(path: ConfigPath, root: string): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`,
    root,
  );
}
