/**
 * Vertex AI for modelops: custom jobs, pipelines, model versions, endpoints, Google federation.
 *
 * @packageDocumentation
 */
export { modelopsModuleVertexAi as default } from './module';
