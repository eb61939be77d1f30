import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createSpecializedBackend } from '@backstage/backend-app-api';
import {
  type BackendFeature,
  coreServices,
  createBackendPlugin,
  createServiceFactory,
  type LoggerService,
  type ServiceFactory,
  type ServiceRef,
} from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { stringifyError } from '@backstage/errors';
import { modelopsPlatformsExtensionPoint } from 'backstage-plugin-modelops-node';
import { PlatformRegistry } from '../platforms/ConnectionRegistry';
import { UsageError } from './command';

/** How packages of platform modules are called, whoever publishes them. */
const MODULE_NAME = /^(@[^/]+\/)?backstage-plugin-modelops-backend-module-/;
/** Folders whose package.json is looked into: the current one, and the backend of a Backstage repository. */
const FOLDERS = ['.', 'packages/backend'];

/** Names of the module packages that the current folder, or the backend below it, depends on. */
export function findModules(cwd: string): string[] {
  const names = FOLDERS.flatMap(folder => {
    const manifest = readManifest(path.resolve(cwd, folder, 'package.json'));
    return Object.keys({
      ...manifest?.devDependencies,
      ...manifest?.dependencies,
    });
  });
  return [...new Set(names)].filter(name => MODULE_NAME.test(name)).sort();
}

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

function readManifest(file: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // there is none
  }
}

/** Platforms and exchangers of module packages, registered as a backend does it. Throws UsageError for one that cannot be loaded. */
export async function loadModules(
  names: readonly string[],
  cwd: string,
  config: Config,
): Promise<PlatformRegistry> {
  const registry = new PlatformRegistry();
  for (const name of names) {
    const feature = requireFeature(name, cwd);
    await withoutListeners(() => register(feature, registry, config)).catch(
      error => {
        throw cannotBeLoaded(name, error);
      },
    );
  }
  return registry;
}

function requireFeature(name: string, cwd: string): BackendFeature {
  const file = resolveModule(name, cwd);
  try {
    if (file.endsWith('.ts')) {
      // Of the repository itself, and not built. The CLI that runs it there knows how to read it.
      createRequire(file)('@backstage/cli/config/nodeTransform.cjs');
    }
    const loaded = createRequire(file)(file);
    return loaded.default ?? loaded;
  } catch (error) {
    throw cannotBeLoaded(name, error);
  }
}

function resolveModule(name: string, cwd: string): string {
  const folders = FOLDERS.map(folder => path.resolve(cwd, folder));
  for (const folder of folders) {
    try {
      return createRequire(path.join(folder, 'package.json')).resolve(name);
    } catch {
      continue; // in the next one, perhaps
    }
  }
  throw new UsageError(
    `The module ${name} is not installed where ${folders.join(
      ' or ',
    )} would find it`,
  );
}

function cannotBeLoaded(name: string, error: unknown): UsageError {
  return new UsageError(
    `The module ${name} cannot be loaded: ${stringifyError(error)}`,
  );
}

/**
 * Runs the registration in a backend that has nothing but our extension point. Through Backstage's public API, and not by
 * reading what `createBackendModule` gives: that is internal to Backstage, and has changed its form before.
 */
async function register(
  feature: BackendFeature,
  registry: PlatformRegistry,
  config: Config,
): Promise<void> {
  const backend = createSpecializedBackend({
    defaultServiceFactories: servicesOf(config),
  });
  backend.add(
    createBackendPlugin({
      pluginId: 'modelops',
      register(env) {
        env.registerExtensionPoint(modelopsPlatformsExtensionPoint, registry);
        env.registerInit({ deps: {}, async init() {} });
      },
    }),
  );
  backend.add(feature);
  const { result } = await backend.start();
  await backend.stop();
  // Where app-config lets a backend go on without a module, a check would go on without knowing its platform.
  for (const { failure } of result.plugins.flatMap(({ modules }) => modules)) {
    if (failure) throw failure.error;
  }
}

/** What any registration may use without a database or a network. The other services are there, and say so when they are used. */
function servicesOf(config: Config): ServiceFactory[] {
  const logger: LoggerService = {
    error: () => {}, // what fails is thrown as well
    warn: () => {},
    info: () => {},
    debug: () => {},
    child: () => logger,
  };
  // No hook is ever called: nothing starts here.
  const hooks = async () => {};
  const lifecycle = {
    addStartupHook() {},
    addBeforeShutdownHook() {},
    addShutdownHook() {},
    startup: hooks,
    beforeShutdown: hooks,
    shutdown: hooks,
  };
  const here = new Map<string, object>([
    [coreServices.rootConfig.id, config],
    [coreServices.rootLogger.id, logger],
    [coreServices.logger.id, logger],
    [coreServices.rootLifecycle.id, lifecycle],
    [coreServices.lifecycle.id, lifecycle],
  ]);
  return Object.values(coreServices)
    .filter(
      ({ id }) =>
        id !== coreServices.pluginMetadata.id && // Backstage makes these two itself
        id !== coreServices.rootInstanceMetadata.id,
    )
    .map(service =>
      createServiceFactory({
        service: service as ServiceRef<object, 'plugin'>,
        deps: {},
        factory: () => here.get(service.id) ?? absent(service.id),
      }),
    );
}

function absent(id: string): object {
  return new Proxy(
    {},
    {
      get(_, name) {
        if (name === 'then') return undefined; // asked of everything that is awaited
        throw new Error(
          `its registration uses ${id}, and a check has neither a database nor a network`,
        );
      },
    },
  );
}

/** A backend listens for the end of the process, and would then end it with exit code 0, whatever the check found. */
async function withoutListeners(run: () => Promise<void>): Promise<void> {
  const events = ['SIGTERM', 'SIGINT', 'beforeExit'] as const;
  const before = new Map(
    events.map(event => [event, new Set(process.listeners(event as 'exit'))]),
  );
  try {
    await run();
  } finally {
    for (const event of events) {
      for (const listener of process.listeners(event as 'exit')) {
        if (!before.get(event)!.has(listener)) {
          process.removeListener(event, listener);
        }
      }
    }
  }
}
