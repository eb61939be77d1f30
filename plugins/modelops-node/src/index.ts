/**
 * For authors of modelops platform modules.
 *
 * @packageDocumentation
 */
export * from './aliasRevision';
export * from './baseUrl';
export * from './Connection';
export * from './CredentialExchanger';
export * from './exchangeToken';
export * from './extensions';
export * from './identityClaims';
export * from './jobOutcomes';
export * from './mapFewAtATime';
export * from './ModelPlatform';
export * from './ModelServing';
export * from './parseJson';
export * from './PlatformClient';
export * from './platformFetch';
export * from './PlatformError';
export * from './Secret';
export * from './shownText';
export * from './startDeadline';
export * from './trafficParameters';
export * from './VersionRegistry';
export * from './whatAnswers';
