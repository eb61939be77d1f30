/**
 * For authors of modelops platform modules.
 *
 * @packageDocumentation
 */
export * from './baseUrl';
export * from './Connection';
export * from './CredentialExchanger';
export * from './exchangeToken';
export * from './extensions';
export * from './ModelPlatform';
export * from './ModelServing';
export * from './platformFetch';
export * from './PlatformError';
export * from './Secret';
export * from './startDeadline';
export * from './VersionRegistry';
