import { ContractBench } from './ContractBench';
import type { ContractRule } from './ContractRule';
import type {
  ContractCapability,
  PlatformUnderTest,
} from './PlatformUnderTest';
import { cancelRules } from './rules/cancelRules';
import { lostAnswerRules } from './rules/lostAnswerRules';
import { outageRules } from './rules/outageRules';
import { pagingRules } from './rules/pagingRules';
import { readRules } from './rules/readRules';
import { refusalRules } from './rules/refusalRules';
import { resourceRules } from './rules/resourceRules';
import { startRules } from './rules/startRules';
import { strangerRules } from './rules/strangerRules';
import { unclearAnswerRules } from './rules/unclearAnswerRules';

/** Longest the platform under test may take to start, and each rule to be checked, in milliseconds. */
const LIMIT_MS = 60_000;

const THEMES: ReadonlyArray<[string, readonly ContractRule[]]> = [
  ['resources and connections', resourceRules],
  ['start', startRules],
  ['a start that is refused', refusalRules],
  ['a start whose answer says nothing', unclearAnswerRules],
  ['a start whose answer was lost', lostAnswerRules],
  ['jobs of strangers', strangerRules],
  ['reading jobs', readRules],
  ['lists', pagingRules],
  ['throttling and outages', outageRules],
  ['cancel', cancelRules],
];

/**
 * The tests that every platform module has to pass against its simulator. For jest: call it in a test file.
 * @param title - name of the module
 * @param start - starts the simulator with the module in front of it, once for all tests
 * @param options - `notApplicable`: what the platform or its protocol has nothing like, and why. The rules that would need it
 *   show the reason in their names.
 * @public
 */
export function describePlatformContract(
  title: string,
  start: () => Promise<PlatformUnderTest>,
  options: {
    notApplicable?: Partial<Record<ContractCapability, string>>;
  } = {},
): void {
  const notApplicable = new Map(Object.entries(options.notApplicable ?? {}));
  const bench = new ContractBench(notApplicable);

  describe(`${title}: contract of a platform module`, () => {
    beforeAll(async () => bench.open(await start()), LIMIT_MS);
    beforeEach(() => bench.reset(), LIMIT_MS);
    afterAll(() => bench.close(), LIMIT_MS);

    describe.each(THEMES)('%s', (_theme, rules) => {
      for (const { name, needs = [], check } of rules) {
        const reasons = needs.flatMap(need => notApplicable.get(need) ?? []);
        if (reasons.length === 0) it(name, () => check(bench), LIMIT_MS);
        else
          it(`not applicable: ${name} (${reasons.join('; ')})`, () =>
            expect(reasons).not.toContain(''));
      }
    });
  });
}
