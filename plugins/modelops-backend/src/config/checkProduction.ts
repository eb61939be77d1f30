import type { Config } from '@backstage/config';
import type { ConfigPath, Problems } from './Problems';

/** How every secret of app-config.demo.yaml begins. They are published, so they protect nothing. */
const DEMO_SECRET = 'modelops-demo-';
/** Key of the guest provider that lets anybody in, also in production. */
const GUESTS_EVERYWHERE = 'dangerouslyAllowOutsideDevelopment';

/** Notes what must not be in a configuration that runs with NODE_ENV=production. */
export function checkProduction(root: Config, problems: Problems) {
  for (const key of ['modelops', 'auth']) {
    for (const { path, value } of leavesOf(root.getOptional(key), [])) {
      const problem = problemOf(key, path, value);
      if (problem) problems.add(path, problem, key);
    }
  }
}

function problemOf(
  key: string,
  path: ConfigPath,
  value: unknown,
): string | undefined {
  if (typeof value === 'string' && value.startsWith(DEMO_SECRET)) {
    return 'is a secret of the demo, which everybody knows; it must not be used in production';
  }
  const name = path.at(-1);
  // Values from environment variables are texts.
  const on = String(value) === 'true';
  if (key === 'modelops' && name === 'insecure' && on) {
    return 'plain http must not be used in production';
  }
  if (key === 'auth' && name === GUESTS_EVERYWHERE && on) {
    return 'lets anybody sign in as a guest; it must not be used in production';
  }
  return undefined;
}

interface Leaf {
  path: ConfigPath;
  value: unknown;
}

function leavesOf(value: unknown, path: ConfigPath): Leaf[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, child]) =>
    leavesOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
