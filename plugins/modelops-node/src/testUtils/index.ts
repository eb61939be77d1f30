/**
 * For the tests of platform modules.
 *
 * @packageDocumentation
 */
export { describePlatformContract } from './describePlatformContract';
export type * from './PlatformUnderTest';
