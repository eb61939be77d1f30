/**
 * The gate of modelops: identity, roles, audit ledger, credentials and the run lifecycle.
 *
 * @packageDocumentation
 */
export { modelopsPlugin as default } from './plugin';
