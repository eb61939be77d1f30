import { entityNameOf } from './entityName';

const VALID = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/;

describe('The name of an entity', () => {
  it('is the name of the resource where the catalog takes it', () => {
    expect(entityNameOf('model/main.fraud.detector', 'model')).toBe(
      'main.fraud.detector',
    );
    expect(entityNameOf('endpoint/fraud-detector', 'endpoint')).toBe(
      'fraud-detector',
    );
  });

  it.each([
    ['a space', 'model/fraud detector'],
    ['capitals, which references ignore', 'model/Main.fraud.detector'],
    ['64 characters', `model/${'x'.repeat(64)}`],
    ['700 characters', `model/${'x.'.repeat(350)}x`],
    ['a mark at the end', 'model/main.fraud.detector_'],
    ['a mark at the beginning', 'model/_main.fraud.detector'],
    ['nothing the catalog takes', 'model/★★★'],
    ['nothing', 'model/'],
    ['no kind', 'main.fraud.detector'],
    ['another kind', 'registered-model/main.fraud.detector'],
    ['a path upwards', 'model/../../etc/passwd'],
    ['a name that looks hashed', 'model/main.fraud-0123456789abcdef'],
  ])('is valid and has a hash for %s', (_what, resource) => {
    const name = entityNameOf(resource, 'model');
    expect(name).toMatch(VALID);
    expect(name).toMatch(/-[0-9a-f]{16}$/);
    expect(name).not.toBe(resource.slice('model/'.length));
    expect(entityNameOf(resource, 'model')).toBe(name);
  });

  it('is never that of another resource', () => {
    const names = ['a.b.c', 'a.b_c', 'a.b c', 'a.b  c', 'a.B.c', 'A.b.c'];
    const long = 'x'.repeat(100);
    const resources = [
      ...names.flatMap(name => [
        `model/${name}`,
        `registered-model/${name}`,
        `endpoint/${name}`,
      ]),
      `model/${long}a`,
      `model/${long}b`,
    ];
    const made = resources.map(resource => entityNameOf(resource, 'model'));
    expect(new Set(made).size).toBe(resources.length);
    // Nor can a model be called what another one was made to be called.
    const forged = made.map(name => entityNameOf(`model/${name}`, 'model'));
    for (const [index, name] of forged.entries()) {
      const plain = resources[index] === `model/${made[index]}`;
      expect(made.includes(name)).toBe(plain);
    }
  });
});
