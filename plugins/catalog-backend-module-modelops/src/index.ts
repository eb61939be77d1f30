/**
 * Registered models and serving endpoints of machine-learning platforms as entities of the Backstage catalog.
 *
 * @packageDocumentation
 */
export { catalogModuleModelops as default } from './module';
