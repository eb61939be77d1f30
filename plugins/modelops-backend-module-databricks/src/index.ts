/**
 * Databricks for modelops: jobs, model versions, token federation.
 *
 * @packageDocumentation
 */
export { modelopsModuleDatabricks as default } from './module';
