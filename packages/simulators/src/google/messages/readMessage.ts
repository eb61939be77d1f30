import { invalidArgument } from '../googleErrors';

/** What a field of a message may hold. `any` is checked by nobody here: it is kept and given back as it came. */
export type Kind =
  | 'string'
  | 'int32'
  /** Kept as decimal text, as JSON carries it. */
  | 'int64'
  | 'bool'
  | 'timestamp'
  | 'any'
  | 'labels'
  | 'shares'
  | readonly ['enum', readonly string[]]
  | readonly ['list', Kind | Shape]
  | Shape;

/** The fields of one message by their JSON names. Source: the protos, which the official client's test compares. */
export interface Shape {
  readonly [field: string]: Kind;
}

/** A message that has been read: JSON names, enums by name. */
export type Message = Record<string, any>;

/**
 * Reads a message as Google's JSON front does: each field under its JSON name or its proto name, an unknown name or a
 * wrong type is refused. Numbers may come as text and enums as numbers, as the official clients send them.
 */
export function readMessage(value: unknown, shape: Shape, at = ''): Message {
  if (!isObject(value))
    throw invalidArgument(
      `Invalid value at '${toProtoName(at)}', expected an object.`,
    );
  return Object.fromEntries(
    Object.entries(value).map(([given, held]) => {
      const name = Object.hasOwn(shape, given) ? given : toJsonName(given);
      if (!Object.hasOwn(shape, name))
        throw invalidArgument(
          `Invalid JSON payload received. Unknown name "${given}"${
            at && ` at '${toProtoName(at)}'`
          }: Cannot find field.`,
        );
      return [name, readKind(held, shape[name], at ? `${at}.${name}` : name)];
    }),
  );
}

function readKind(value: unknown, kind: Kind, at: string): unknown {
  if (value === null) return undefined;
  if (Array.isArray(kind)) {
    const [what, of] = kind as ['enum', string[]] | ['list', Kind | Shape];
    return what === 'enum'
      ? readEnum(value, of as string[], at)
      : readList(value, of as Kind, at);
  }
  switch (kind) {
    case 'any':
      return value;
    case 'string':
    case 'timestamp':
      if (typeof value === 'string') return value;
      throw wrongType(at, 'TYPE_STRING', value);
    case 'bool':
      if (typeof value === 'boolean') return value;
      throw wrongType(at, 'TYPE_BOOL', value);
    case 'int64':
      if (/^-?\d{1,19}$/.test(String(value))) return String(value);
      throw wrongType(at, 'TYPE_INT64', value);
    case 'int32':
      return readInt32(value, at);
    case 'labels':
      return readMap(value, at, (one, where) => readKind(one, 'string', where));
    case 'shares':
      return readMap(value, at, readInt32);
    default:
      return readMessage(value, kind as Shape, at);
  }
}

function readMap(
  value: unknown,
  at: string,
  read: (value: unknown, at: string) => unknown,
): Message {
  if (!isObject(value)) throw wrongType(at, 'TYPE_MESSAGE', value);
  return Object.fromEntries(
    Object.entries(value).map(([key, one], index) => [
      key,
      read(one, `${at}[${index}].value`),
    ]),
  );
}

function readList(value: unknown, of: Kind, at: string): unknown[] {
  if (!Array.isArray(value)) throw wrongType(at, 'TYPE_MESSAGE', value);
  return value.map((one, index) => readKind(one, of, `${at}[${index}]`));
}

function readInt32(value: unknown, at: string): number {
  const number =
    typeof value === 'string' && /^-?\d{1,10}$/.test(value)
      ? Number(value)
      : value;
  if (Number.isInteger(number) && Math.abs(number as number) < 2 ** 31)
    return number as number;
  throw wrongType(at, 'TYPE_INT32', value);
}

function readEnum(value: unknown, names: string[], at: string): unknown {
  const name = typeof value === 'number' ? names[value] : value;
  if (typeof name === 'string' && names.includes(name)) return name;
  throw wrongType(at, 'TYPE_ENUM', value);
}

function wrongType(at: string, type: string, value: unknown) {
  return invalidArgument(
    `Invalid value at '${toProtoName(at)}' (${type}), ${JSON.stringify(value)}`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `traffic_split` to `trafficSplit`. */
export function toJsonName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

function toProtoName(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
