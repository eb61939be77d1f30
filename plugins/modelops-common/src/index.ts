/**
 * Schemas, types, permissions and client that the frontend and the backend of modelops share.
 *
 * @packageDocumentation
 */
export * from './access';
export * from './actions';
export * from './audit';
export * from './auditCodes';
export * from './errorCodes';
export * from './fields';
export * from './form';
export * from './glob';
export * from './metric';
export * from './model';
export * from './ModelopsApi';
export * from './ModelopsClient';
export * from './ModelopsError';
export * from './permissions';
export * from './prediction';
export * from './registeredModel';
export * from './restApi';
export * from './run';
export * from './serving';
export * from './traffic';
export * from './verification';
export * from './version';
