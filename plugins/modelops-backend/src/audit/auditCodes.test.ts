import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { AUDIT_CODES } from 'backstage-plugin-modelops-common';

const FILE = join(
  resolvePackagePath('backstage-plugin-modelops-backend'),
  '../../docs/audit.md',
);

describe('docs/audit.md', () => {
  it('lists every code an entry can have, with what it records, and no other', () => {
    const rows = readFileSync(FILE, 'utf8')
      .split('\n## Codes\n')[1]
      .split('\n')
      .map(line => /^\| `(.+?)`\s*\| (.+?)\s*\|$/.exec(line))
      .flatMap(row => (row ? [[row[1], row[2]]] : []));
    expect(Object.fromEntries(rows)).toEqual(AUDIT_CODES);
  });
});
