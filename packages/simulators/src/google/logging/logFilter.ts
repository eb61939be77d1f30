import { invalidArgument } from '../googleErrors';
import type { LogEntry } from './logEntries';

/** Longest filter, in characters. Source: reference, google section 4. */
const MAX_LENGTH = 20_000;

const CONDITION =
  /^(?<field>[a-zA-Z_.]+)\s*(?<operator>>=|<=|!=|=|>|<|:)\s*(?<value>"(?:[^"\\]|\\.)*"|[^\s"()]+)$/;

/** In their order. Source: google/logging/type/log_severity.proto. */
const SEVERITIES = [
  'DEFAULT',
  'DEBUG',
  'INFO',
  'NOTICE',
  'WARNING',
  'ERROR',
  'CRITICAL',
];

/** Texts are compared for equality only. */
const asText = () => 0;

/**
 * The entries a filter lets through. Of the logging query language: comparisons of `resource.type`,
 * `resource.labels.x`, `timestamp`, `severity`, `insertId`, `logName`, joined by AND or a new line. No OR, no NOT.
 */
export function filteredEntries(
  entries: LogEntry[],
  filter: string,
): LogEntry[] {
  if (filter.length > MAX_LENGTH)
    throw invalidArgument(`The filter exceeds ${MAX_LENGTH} characters.`);
  const conditions = filter
    .split(/\s+AND\s+|\n/)
    .map(text => text.trim())
    .filter(text => text !== '')
    .map(readCondition);
  return entries.filter(entry => conditions.every(holds => holds(entry)));
}

function readCondition(text: string): (entry: LogEntry) => boolean {
  const { field, operator, value } = CONDITION.exec(text)?.groups ?? {};
  const wanted = value?.startsWith('"') ? value.slice(1, -1) : value;
  const read = field === undefined ? undefined : reader(field);
  if (!read) throw unparseable(text);
  const rank = rankOf(field, operator, wanted, text);
  return entry => {
    const found = read(entry);
    if (found === undefined) return operator === '!=';
    const order = rank(found) - rank(wanted);
    switch (operator) {
      case '=':
        return order === 0 && (rank !== asText || found === wanted);
      case '!=':
        return found !== wanted;
      case '>=':
        return order >= 0;
      case '<=':
        return order <= 0;
      case '>':
        return order > 0;
      case '<':
        return order < 0;
      default:
        return found.includes(wanted);
    }
  };
}

function rankOf(
  field: string,
  operator: string,
  wanted: string,
  text: string,
): (value: string) => number {
  if (field === 'timestamp') {
    if (!/^\d{4}-\d{2}-\d{2}/.test(wanted) || Number.isNaN(Date.parse(wanted)))
      throw unparseable(text);
    return value => Date.parse(value);
  }
  if (field === 'severity') {
    if (!SEVERITIES.includes(wanted)) throw unparseable(text);
    return value => SEVERITIES.indexOf(value);
  }
  if (!['=', '!=', ':'].includes(operator)) throw unparseable(text);
  return asText;
}

function reader(
  field: string,
): ((entry: LogEntry) => string | undefined) | undefined {
  const label = /^resource\.labels\.(\w+)$/.exec(field)?.[1];
  if (label !== undefined) return entry => entry.resource.labels[label];
  if (field === 'resource.type') return entry => entry.resource.type;
  if (['timestamp', 'severity', 'insertId', 'logName'].includes(field))
    return entry => entry[field as 'timestamp'];
  return undefined;
}

function unparseable(text: string) {
  return invalidArgument(`Unparseable filter: syntax error near '${text}'.`);
}
