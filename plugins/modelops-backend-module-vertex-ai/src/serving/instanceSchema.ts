import type {
  FormField,
  PredictionForm,
} from 'backstage-plugin-modelops-common';
import { shownText } from 'backstage-plugin-modelops-node';
import { parseDocument } from 'yaml';

type Signature = Pick<PredictionForm, 'fields' | 'example'>;
type Json = Record<string, unknown>;

/** Most fields a form is made of; more are edited as JSON. */
const MAX_FIELDS = 200;
/** Longest name of a field, and longest description, in characters. */
const LONGEST_FIELD = 128;
const LONGEST_DESCRIPTION = 300;
/** Largest example that is shown, in characters of its JSON. */
const LONGEST_EXAMPLE = 64 * 1024;

const TYPES: ReadonlyMap<unknown, FormField['type']> = new Map([
  ['string', 'string'],
  ['integer', 'integer'],
  ['number', 'number'],
  ['boolean', 'boolean'],
]);

/** Longest YAML that is read, in characters, its longest line, and most brackets in it; one of 200 fields has half of that. */
const LONGEST_YAML = 32 * 1024;
const LONGEST_LINE = 2_000;
const MOST_BRACKETS = 500;
/** `? ? ? x` and `- - - x`. No schema needs them, and the parser takes minutes for a few thousand in a row. */
const NESTED_ON_A_LINE = /(^|[\s,[{:-])\?(\s|$)|(^|\s)-\s+-(\s|$)/m;

/**
 * Reads JSON or YAML. Undefined for anything else, and for YAML that would keep the parser busy: whoever may upload a model chooses
 * what this reads, and everybody waits meanwhile.
 * @internal
 */
export function parseInstanceSchema(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return isSimple(text) ? parseYaml(text) : undefined;
  }
}

function isSimple(text: string): boolean {
  return (
    text.length <= LONGEST_YAML &&
    text.split('\n').every(line => line.length <= LONGEST_LINE) &&
    text.split(/[[{]/).length <= MOST_BRACKETS &&
    !NESTED_ON_A_LINE.test(text)
  );
}

function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text, {
      schema: 'core',
      uniqueKeys: false, // each would be compared with all before it
      prettyErrors: false,
    });
    // References could make much of little.
    return document.errors.length > 0
      ? undefined
      : document.toJS({ maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

/**
 * What a row looks like, from an OpenAPI 3.0 schema of one instance. Whatever is not understood is left out, and then the
 * example is edited as JSON. Source: `PredictSchemata.instance_schema_uri`.
 * @internal
 */
export function signatureOf(schema: unknown): Signature {
  const object = asJson(schema);
  const properties = asJson(object?.properties);
  if (!object || !properties) return {};
  return {
    fields: fieldsOf(properties, asList(object.required)),
    example: exampleOf(object, properties),
  };
}

/** All of them, or none: a form that leaves a field out could never be sent. */
function fieldsOf(
  properties: Json,
  required: readonly unknown[],
): Signature['fields'] {
  const entries = Object.entries(properties);
  if (entries.length === 0 || entries.length > MAX_FIELDS) return undefined;
  const fields = entries.flatMap(([name, schema]) => {
    const property = asJson(schema);
    const type = TYPES.get(property?.type);
    const sound =
      name !== '__proto__' && shownText(name, LONGEST_FIELD) === name;
    if (!type || !sound) return [];
    const description = shownText(
      asText(property?.description),
      LONGEST_DESCRIPTION,
    );
    return [
      {
        name,
        field: { type, ...(description && { description }) },
        required: required.includes(name),
      },
    ];
  });
  return fields.length === entries.length ? fields : undefined;
}

/** A row to begin with: the example of the whole, else of all its parts. */
function exampleOf(object: Json, properties: Json): Signature['example'] {
  const parts = Object.entries(properties).map(
    ([name, schema]) => [name, asJson(schema)?.example] as const,
  );
  const row =
    asJson(object.example) ??
    (parts.length > 0 && parts.every(([, example]) => example !== undefined)
      ? Object.fromEntries(parts)
      : undefined);
  return row !== undefined && isSmall(row)
    ? (row as Signature['example'])
    : undefined;
}

function isSmall(row: Json): boolean {
  try {
    return JSON.stringify(row).length <= LONGEST_EXAMPLE;
  } catch {
    return false;
  }
}

function asJson(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
