import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type * as ConfigLoader from '@backstage/config-loader';
import type { ConfigSchema } from '@backstage/config-loader';

/** Compiles a config.d.ts as the CLI does. In a process of its own, because the compiler is loaded by `import()`, which jest lacks. */
const COMPILE = `
  const { loadConfigSchema } = require('@backstage/config-loader');
  loadConfigSchema({ dependencies: [], packagePaths: [process.argv[1]], excludePackageDependencies: true })
    .then(schema => process.stdout.write(JSON.stringify(schema.serialize())));
`;

/** A configuration, as the YAML of an app-config gives it. @public */
export type ConfigData = Parameters<ConfigSchema['process']>[0][number]['data'];

/**
 * The `config.d.ts` of a package, read as `backstage-cli config:check --strict` does: a key that it does not declare is a problem.
 * Needs `@backstage/config-loader`.
 *
 * @public
 */
export class DeclaredConfig {
  private constructor(private readonly schema: ConfigSchema) {}

  /**
   * Compiles it, which takes seconds. `folder`: that of the `package.json`; `more`: JSON Schemas of keys that others declare.
   * Throws what the compiler says.
   */
  static async of(
    folder: string,
    more: Record<string, ConfigData> = {},
  ): Promise<DeclaredConfig> {
    // Here, because not everybody who tests a module has it; jest has no `import()`.
    const {
      loadConfigSchema,
    }: typeof ConfigLoader = require('@backstage/config-loader');
    const { schemas, ...rest } = JSON.parse(
      execFileSync(
        process.execPath,
        ['-e', COMPILE, join(folder, 'package.json')],
        { cwd: folder, encoding: 'utf8' },
      ),
    );
    const others = Object.entries(more).map(([path, value]) => ({
      path,
      value,
    }));
    return new DeclaredConfig(
      await loadConfigSchema({
        serialized: { ...rest, schemas: [...schemas, ...others] },
        noUndeclaredProperties: true,
      }),
    );
  }

  /** Throws the problems of a configuration. */
  check(data: ConfigData): void {
    this.schema.process([{ data, context: 'test' }]);
  }

  /** Whether a configuration has no problem. */
  accepts(data: ConfigData): boolean {
    try {
      this.check(data);
      return true;
    } catch {
      return false;
    }
  }

  /** What is declared as shown to the browser, or as a secret, which the logger masks. */
  visible(data: ConfigData, visibility: 'frontend' | 'secret'): ConfigData {
    const [seen] = this.schema.process([{ data, context: 'test' }], {
      visibility: [visibility],
    });
    return seen.data;
  }
}
