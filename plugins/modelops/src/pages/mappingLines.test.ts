import { mappingLines } from './mappingLines';

it.each<[string, string, string | undefined, string]>([
  [
    'shows all of what came or went',
    '{"actions":["read","train"],"ownedByMember":true}',
    undefined,
    'actions: [ "read", "train" ]\nownedByMember: true',
  ],
  [
    'leaves out what is the same on the other side',
    '{"actions":["read"],"parameters":{"epochs":{"maximum":20}}}',
    '{"actions":["read"],"parameters":{"epochs":{"maximum":50}}}',
    'parameters: { "epochs": { "maximum": 20 } }',
  ],
  [
    'has nothing to show where a key came',
    '{"actions":["read"]}',
    '{"actions":["read"],"environments":["production"]}',
    '',
  ],
  [
    'keeps a line break inside a text in its line',
    '{"note":"a\\n b"}',
    '{}',
    'note: "a\\n b"',
  ],
  [
    'shows a text that was cut off as it is',
    '{"actions":["re…',
    '{"actions":["read"]}',
    '{"actions":["re…',
  ],
  [
    'leaves nothing out where the other side was cut off',
    '{"actions":["read"]}',
    '{"actions":["re…',
    '{"actions":["read"]}',
  ],
])('%s', (_rule, json, other, lines) => {
  expect(mappingLines(json, other)).toBe(lines);
});
