/**
 * The commands of this package, for the files in `bin`.
 *
 * @packageDocumentation
 */
export type { Terminal } from './command';
export { modelopsAudit } from './modelopsAudit';
export { modelopsPolicy } from './modelopsPolicy';
