import type { ContractBench } from './ContractBench';
import type { ContractCapability } from './PlatformUnderTest';

/** One promise of the contract, and how it is checked. */
export interface ContractRule {
  /** What holds, as the name of the test. */
  name: string;
  /** What the check needs the platform and its simulator to be capable of. */
  needs?: readonly ContractCapability[];
  check(bench: ContractBench): Promise<void>;
}
