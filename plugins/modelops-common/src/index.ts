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
export * from './model';
export * from './ModelopsApi';
export * from './ModelopsClient';
export * from './ModelopsError';
export * from './permissions';
export * from './restApi';
export * from './run';
export * from './verification';
