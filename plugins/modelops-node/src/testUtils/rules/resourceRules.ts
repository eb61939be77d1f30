import type {
  ModelPlatform,
  PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { ContractRule } from '../ContractRule';
import { hostileResources, mutantsOf } from '../resourceTexts';

/** Longest the platform may take over thousands of resources, in milliseconds: a pattern that backtracks takes minutes. */
const PARSING_MS = 10_000;

/** parseResource and connect. */
export const resourceRules: readonly ContractRule[] = [
  {
    name: 'gives each spelling of a resource its canonical one, which reads as itself',
    async check({ underTest: { platform, spellings } }) {
      for (const [text, canonical] of Object.entries(spellings)) {
        expect([text, platform.parseResource(text)]).toEqual([
          text,
          { kind: canonical.split('/')[0], canonical },
        ]);
        expect(problemWith(platform, text)).toBeUndefined();
      }
    },
  },
  {
    name: 'takes any string as a resource without failing, and what it accepts is sound',
    async check({ underTest: { platform, spellings } }) {
      const good = Object.keys(spellings);
      const texts = [...hostileResources(good), ...good.flatMap(mutantsOf)];
      const began = performance.now();
      const problems = texts.flatMap(text => problemWith(platform, text) ?? []);
      expect(problems).toEqual([]);
      expect(performance.now() - began).toBeLessThan(PARSING_MS);
    },
  },
  {
    name: 'offers the operation that the job is started with',
    async check({ underTest: { platform, job } }) {
      const offered = (['train', 'deploy', 'serve'] as const).flatMap(action =>
        platform.operationsOf(job.resource, action),
      );
      expect(offered).toContain(job.operation);
      expect(platform.parseResource(job.resource.canonical)).toEqual(
        job.resource,
      );
    },
  },
  {
    name: 'opens a connection without calling the platform',
    async check(bench) {
      const calls = await bench.requestsOf(async () => {
        bench.connect();
        await new Promise(resolve => setTimeout(resolve, 200));
      });
      expect(calls).toBe(0);
    },
  },
];

/** Control characters, those that turn the direction of text, and the wildcard of rules. */
const UNSOUND =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff*]|(^|\/)\.{1,2}(\/|$)|^\s|\s$/;

/** What is wrong with how a text is read, if anything. Undefined is a good answer to any text. */
function problemWith(
  platform: ModelPlatform,
  text: string,
): string | undefined {
  const shown = JSON.stringify(text.slice(0, 80));
  let resource: PlatformResource | undefined;
  try {
    resource = platform.parseResource(text);
    if (!resource) return undefined;
    const { kind, canonical } = resource;
    if (!canonical.startsWith(`${kind}/`) || UNSOUND.test(canonical))
      return `${shown} reads as ${JSON.stringify(canonical)}`;
    const again = platform.parseResource(canonical);
    return again?.canonical === canonical && again.kind === kind
      ? undefined
      : `${shown} reads as ${canonical}, which reads as ${again?.canonical}`;
  } catch (error) {
    return `${shown} fails with ${error}`;
  }
}
