import { readFileSync } from 'node:fs';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { openApiDocument } from './openApi';

const FILE = resolvePackagePath(
  'backstage-plugin-modelops-backend',
  'openapi.json',
);

describe('openapi.json', () => {
  it('is what the table of routes makes; `yarn workspace backstage-plugin-modelops-backend openapi` writes it', () => {
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(openApiDocument())),
    );
  });

  it('names every parameter of a path', () => {
    for (const [path, operations] of Object.entries(openApiDocument().paths)) {
      for (const operation of Object.values(operations) as {
        parameters: { name: string; in: string }[];
      }[]) {
        const named = operation.parameters
          .filter(parameter => parameter.in === 'path')
          .map(parameter => parameter.name);
        expect(named.sort()).toEqual(
          [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort(),
        );
      }
    }
  });
});
