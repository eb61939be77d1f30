import {
  type Entity,
  entityEnvelopeSchemaValidator,
} from '@backstage/catalog-model';
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import type { RegisteredModel } from 'backstage-plugin-modelops-common';
import { toEntities } from './modelEntities';
import { readIngestionConfig } from './readIngestionConfig';

const configOf = (provider: JsonObject = {}) =>
  readIngestionConfig(
    new ConfigReader({
      catalog: {
        providers: { modelops: { p: { connection: 'prod', ...provider } } },
      },
    }),
  )[0];

const model = (
  name: string,
  more: Partial<RegisteredModel> = {},
): RegisteredModel => ({
  kind: 'model',
  resource: `model/${name}`,
  name,
  tags: {},
  ...more,
});
const endpoint = (
  name: string,
  serves: string[],
  createdAt?: string,
): RegisteredModel => ({
  ...model(name, { createdAt }),
  kind: 'endpoint',
  resource: `endpoint/${name}`,
  serves: serves.map(served => `model/${served}`),
});
const entitiesOf = (listed: RegisteredModel[], provider?: JsonObject) =>
  toEntities(listed, configOf(provider)).entities;
const annotation = (entities: Entity[], name: string, key: string) =>
  entities.find(({ metadata }) => metadata.name === name)!.metadata
    .annotations![key];

describe('Entities', () => {
  it('are valid whatever a platform says', () => {
    const validate = entityEnvelopeSchemaValidator();
    const text = '\u0000\ud800<b>';
    for (const entity of entitiesOf([
      model(text.repeat(100), {
        description: text.repeat(10_000),
        tags: { [text]: text },
        owner: text,
        url: 'data:text/html,x',
      }),
      model(''),
    ]))
      expect(validate(entity)).toBeTruthy();
  });

  it('are the same for the same resources in any order', () => {
    const listed = [
      model('b'),
      endpoint('e2', ['a', 'b'], '2026-01-02T00:00:00.000Z'),
      model('a'),
      endpoint('e1', ['b', 'a'], '2026-01-02T00:00:00.000Z'),
    ];
    expect(entitiesOf([...listed].reverse())).toEqual(entitiesOf(listed));
  });

  it.each<[string, Partial<RegisteredModel>, string]>([
    ['the tag', { tags: { team: 'fraud' } }, 'group:default/fraud-ml'],
    [
      'the tag before the owner',
      { tags: { team: 'fraud' }, owner: 'growth' },
      'group:default/fraud-ml',
    ],
    [
      'the owner where the tag is not in the mapping',
      { tags: { team: 'x' }, owner: 'growth' },
      'group:default/growth',
    ],
    [
      'nobody in particular for a reference in a tag',
      { tags: { team: 'group:default/fraud-ml' } },
      'group:default/unowned',
    ],
    [
      'nobody in particular for another case',
      { tags: { team: 'Fraud' } },
      'group:default/unowned',
    ],
    [
      'nobody in particular for a name of JavaScript',
      { tags: { team: 'constructor' }, owner: '__proto__' },
      'group:default/unowned',
    ],
    ['nobody in particular without either', {}, 'group:default/unowned'],
  ])('are owned by %s', (_rule, more, owner) => {
    const mapping = {
      fraud: 'group:default/fraud-ml',
      growth: 'group:default/growth',
    };
    const [{ spec }] = entitiesOf([model('a', more)], { owner: { mapping } });
    expect(spec!.owner).toBe(owner);
  });

  it('name the endpoints of a model, oldest first, as many as an annotation takes', () => {
    const listed = [
      model('a'),
      endpoint('aaa-newest', ['a'], '2026-03-01T00:00:00.000Z'),
      endpoint('bbb-without-date', ['a']),
      endpoint('old', ['a'], '2026-01-01T00:00:00.000Z'),
      endpoint('other', ['b'], '2025-01-01T00:00:00.000Z'),
    ];
    expect(annotation(entitiesOf(listed), 'a', 'modelops/deploy')).toBe(
      'prod:endpoint/old,prod:endpoint/aaa-newest,prod:endpoint/bbb-without-date',
    );
    const many = Array.from({ length: 100 }, (_, n) =>
      endpoint(`e${n}`, ['a']),
    );
    const list = annotation(
      entitiesOf([model('a'), ...many]),
      'a',
      'modelops/deploy',
    );
    expect(list.length).toBeLessThanOrEqual(600);
    for (const one of list.split(','))
      expect(one).toMatch(/^prod:endpoint\/e\d+$/);
  });

  it('do not name what the patterns leave out', () => {
    const listed = [
      model('main.a'),
      model('secret.b'),
      endpoint('shared', ['main.a', 'secret.b']),
      endpoint('hidden', ['secret.b']),
    ];
    const entities = entitiesOf(listed, { include: ['main.*'] });
    expect(entities.map(({ metadata }) => metadata.name)).toEqual([
      'main.a',
      'shared',
    ]);
    expect(JSON.stringify(entities)).not.toContain('secret');
    const none = entitiesOf(listed, { include: ['main.*'], endpoints: false });
    expect(none).toHaveLength(1);
    expect(none[0].metadata.annotations).not.toHaveProperty('modelops/deploy');
  });

  it.each<[string, string | undefined, boolean]>([
    ['https', 'https://dbc.example/explore/data/models/main/fraud', true],
    ['plain http', 'http://dbc.example/', false],
    ['a document of its own', 'data:text/html,x', false],
    ['a name and password', 'https://ada:secret@dbc.example/', false],
    ['no address', 'dbc.example', false],
    ['nothing', undefined, false],
  ])('link to the console: %s', (_what, url, linked) => {
    const [{ metadata }] = entitiesOf([model('a', { url })]);
    expect(metadata.links).toEqual(
      linked ? [{ url, title: 'Console of the platform' }] : undefined,
    );
  });
});
