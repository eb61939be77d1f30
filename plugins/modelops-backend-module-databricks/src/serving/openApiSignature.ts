import type {
  FormField,
  PredictionForm,
} from 'backstage-plugin-modelops-common';
import { shownText } from 'backstage-plugin-modelops-node';

type Signature = Pick<PredictionForm, 'fields' | 'example'>;
type Json = Record<string, unknown>;

/** Most fields a form is made of; more are edited as JSON. */
const MAX_FIELDS = 200;
/** Longest name of a field, in characters. */
const LONGEST_FIELD = 128;
/** Largest example that is shown, in characters of its JSON. */
const LONGEST_EXAMPLE = 64 * 1024;

const TYPES: ReadonlyMap<unknown, FormField['type']> = new Map([
  ['string', 'string'],
  ['integer', 'integer'],
  ['number', 'number'],
  ['boolean', 'boolean'],
]);

/**
 * What a row looks like, from the OpenAPI document of an endpoint: from its rows by name, else from its columns. Whatever is
 * not understood is left out, and then the example is edited as JSON. @internal
 */
export function signatureOf(document: unknown, servedName: string): Signature {
  const inputs = inputsOf(document, servedName);
  const records = inputs.find(input =>
    at(input, 'properties', 'dataframe_records'),
  );
  const split = inputs.find(input =>
    at(input, 'properties', 'dataframe_split'),
  );
  return {
    fields: fieldsOfRecords(records) ?? fieldsOfColumns(split),
    example: exampleOf(records) ?? exampleOf(split),
  };
}

/** Schemas of the bodies that a served entity takes. */
function inputsOf(document: unknown, servedName: string): Json[] {
  const schema = at(
    document,
    'paths',
    `/served-models/${servedName}/invocations`,
    'post',
    'requestBody',
    'content',
    'application/json',
    'schema',
  );
  const choices = asList(schema?.oneOf) ?? asList(schema?.anyOf) ?? [schema];
  return choices
    .map(choice => asJson(choice))
    .filter(choice => choice !== undefined);
}

function fieldsOfRecords(input: Json | undefined): Signature['fields'] {
  const row = at(input, 'properties', 'dataframe_records', 'items');
  const properties = asJson(row?.properties);
  if (!properties) return undefined;
  const required = asList(row?.required) ?? [];
  return toFields(
    Object.entries(properties).map(([name, schema]) => ({
      name,
      schema,
      required: required.includes(name),
    })),
  );
}

function fieldsOfColumns(input: Json | undefined): Signature['fields'] {
  const split = at(input, 'properties', 'dataframe_split', 'properties');
  const names = asList(at(split, 'columns', 'items')?.enum) ?? [];
  const schemas = asList(at(split, 'data', 'items')?.prefixItems) ?? [];
  return names.length === 0
    ? undefined
    : toFields(
        names.map((name, index) => ({
          name: String(name),
          schema: schemas[index],
          required: true,
        })),
      );
}

/** All of them, or none: a form that leaves a column out could never be sent. */
function toFields(
  columns: { name: string; schema: unknown; required: boolean }[],
): Signature['fields'] {
  if (columns.length === 0 || columns.length > MAX_FIELDS) return undefined;
  const fields = columns.flatMap(({ name, schema, required }) => {
    const type = typeOf(asJson(schema)?.type);
    const sound =
      name !== '__proto__' && shownText(name, LONGEST_FIELD) === name;
    return type && sound ? [{ name, field: { type }, required }] : [];
  });
  return fields.length === columns.length ? fields : undefined;
}

/** `["number", "null"]` is a number that may be left out. */
function typeOf(type: unknown): FormField['type'] | undefined {
  const types = (asList(type) ?? [type]).filter(one => one !== 'null');
  return types.length === 1 ? TYPES.get(types[0]) : undefined;
}

/** A row to begin with. */
function exampleOf(input: Json | undefined): Signature['example'] {
  const example =
    asJson(input?.example) ?? asJson(asList(input?.examples)?.[0]);
  const row =
    asList(example?.dataframe_records)?.[0] ??
    rowOfSplit(asJson(example?.dataframe_split) ?? example);
  return row !== undefined && JSON.stringify(row).length <= LONGEST_EXAMPLE
    ? (row as Signature['example'])
    : undefined;
}

function rowOfSplit(split: Json | undefined): Json | undefined {
  const columns = asList(split?.columns);
  const values = asList(asList(split?.data)?.[0]);
  return columns && values
    ? Object.fromEntries(
        columns.map((name, index) => [String(name), values[index] ?? null]),
      )
    : undefined;
}

function at(value: unknown, ...path: string[]): Json | undefined {
  let found = asJson(value);
  for (const step of path)
    found =
      found && Object.hasOwn(found, step) ? asJson(found[step]) : undefined;
  return found;
}

function asJson(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : undefined;
}

function asList(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
