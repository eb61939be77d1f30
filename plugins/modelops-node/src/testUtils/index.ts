/**
 * For the tests of platform modules.
 *
 * @packageDocumentation
 */
export * from './DeclaredConfig';
export { describePlatformContract } from './describePlatformContract';
export * from './EndpointChangeBench';
export * from './knownJob';
export type * from './PlatformUnderTest';
export * from './TokenWatch';
