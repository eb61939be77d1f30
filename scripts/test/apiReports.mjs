// How API and SQL reports are made, for the check in `npm test` and for `npm run reports`, which writes them.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { repoDir } from '../toolchain.mjs';

/**
 * Emits the types that the reports are read from. From scratch each time: what TypeScript remembers of an earlier run changes the
 * order in which it prints the members of a union, and with it the reports.
 */
export const emitTypes = ['tsc', '--incremental', 'false', '--pretty', 'false'];

/** Writes the reports; with `--ci`, fails if they differ from those in git. */
export function apiReports(...options) {
  return [
    'backstage-repo-tools',
    'api-reports',
    ...options,
    // The workspace's own packages are read as sources, which API Extractor remarks on; and members that their export
    // explains need no sentence of their own.
    '--omit-messages=ae-wrong-input-file-type,ae-undocumented',
    '--validate-release-tags',
    '--sql-reports',
    ...packagesWithReport(),
  ];
}

/** A package takes part as soon as its first report is committed. */
export function packagesWithReport() {
  return readdirSync(path.join(repoDir, 'plugins'))
    .map(name => path.join('plugins', name))
    .filter(dir => existsSync(path.join(repoDir, dir, 'report.api.md')));
}
