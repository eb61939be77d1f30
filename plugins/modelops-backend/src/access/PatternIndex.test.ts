import fc from 'fast-check';
import { compileGlob } from 'backstage-plugin-modelops-common';
import { PatternIndex } from './PatternIndex';

// Few letters, so that texts and patterns meet; `á` and `a` have the same lowest seven bits in common with others.
const letters = fc.constantFrom('a', 'b', ':', '/', 'á', 'ҡ');
const text = fc.string({ unit: letters, maxLength: 12 });
const pattern = fc.string({
  unit: fc.oneof(letters, fc.constant('*')),
  maxLength: 12,
});

describe('An index of patterns', () => {
  it('finds exactly the patterns that match, each once, also when patterns are added later', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(pattern, { maxLength: 20 }), { maxLength: 3 }),
        fc.array(text, { minLength: 1, maxLength: 10 }),
        (additions, texts) => {
          const index = new PatternIndex<string>();
          const known = new Set<string>();
          for (const patterns of additions) {
            for (const each of patterns) {
              index.getOrAdd(each, () => each);
              known.add(each);
            }
            for (const each of texts) {
              expect([...index.matching(each)].sort()).toEqual(
                [...known].filter(one => compileGlob(one).matches(each)).sort(),
              );
            }
          }
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });
});
