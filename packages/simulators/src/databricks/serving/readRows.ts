import { DatabricksError } from '../errors';

const FORMS = [
  'dataframe_split',
  'dataframe_records',
  'instances',
  'inputs',
] as const;

/**
 * Rows for a model from one of the four forms of a request, columns in the model's order. What does not fit its signature
 * is refused as the model server does it. Source: reference, databricks section 4.5; MLflow's schema enforcement.
 */
export function readRows(
  body: Record<string, unknown>,
  columns: string[],
): number[][] {
  const given = FORMS.filter(form => body[form] !== undefined);
  if (given.length !== 1)
    throw badInput(
      `The input must be a JSON dictionary with exactly one of the input fields {${FORMS.map(
        form => `'${form}'`,
      ).join(', ')}}`,
    );
  const value = body[given[0]];
  switch (given[0]) {
    case 'dataframe_split':
      return fromSplit(value, columns);
    case 'dataframe_records':
      return fromRecords(value, columns);
    case 'instances':
      return Array.isArray(value) && Array.isArray(value[0])
        ? fromArrays(value, columns)
        : fromRecords(value, columns);
    default:
      return fromInputs(value, columns);
  }
}

function fromSplit(value: unknown, columns: string[]): number[][] {
  const split = (value ?? {}) as { columns?: unknown; data?: unknown };
  if (!Array.isArray(split.data))
    throw badInput("dataframe_split needs 'columns' and 'data'");
  if (split.columns === undefined) return fromArrays(split.data, columns);
  if (!Array.isArray(split.columns))
    throw badInput("'columns' of dataframe_split must be a list of names");
  const given = split.columns.map(String);
  requireColumns(given, columns);
  return split.data.map(row => {
    if (!Array.isArray(row) || row.length !== given.length)
      throw badInput(
        `${given.length} columns passed, passed data had ${
          Array.isArray(row) ? row.length : 0
        } columns`,
      );
    return columns.map(column => toDouble(row[given.indexOf(column)], column));
  });
}

function fromRecords(value: unknown, columns: string[]): number[][] {
  if (!Array.isArray(value)) throw badInput('Expected a list of records');
  return value.map(record => {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw badInput('Expected each record to be an object');
    requireColumns(Object.keys(record), columns);
    return columns.map(column => toDouble(record[column], column));
  });
}

function fromArrays(rows: unknown[], columns: string[]): number[][] {
  return rows.map(row => {
    if (!Array.isArray(row) || row.length !== columns.length)
      throw badInput(
        `Shape of input does not match expected shape (-1, ${columns.length})`,
      );
    return row.map((cell, index) => toDouble(cell, columns[index]));
  });
}

/** Columns by name, or rows. */
function fromInputs(value: unknown, columns: string[]): number[][] {
  if (Array.isArray(value))
    return Array.isArray(value[0])
      ? fromArrays(value, columns)
      : fromRecords(value, columns);
  const byName = (value ?? {}) as Record<string, unknown>;
  requireColumns(Object.keys(byName), columns);
  const lists = columns.map(column => {
    const list = byName[column];
    return Array.isArray(list) ? list : [list];
  });
  if (lists.some(list => list.length !== lists[0].length))
    throw badInput('All arrays must be of the same length');
  return lists[0].map((_, row) =>
    columns.map((column, index) => toDouble(lists[index][row], column)),
  );
}

/** Columns too many are left out, as MLflow does; columns too few are an error. */
function requireColumns(given: string[], columns: string[]): void {
  const missing = columns.filter(column => !given.includes(column));
  if (missing.length === 0) return;
  const extra = given.filter(column => !columns.includes(column));
  throw badInput(
    `Failed to enforce schema of data. Error: Model is missing inputs ${quoted(
      missing,
    )}.${
      extra.length > 0
        ? ` Note that there were extra inputs: ${quoted(extra)}.`
        : ''
    }`,
  );
}

function toDouble(cell: unknown, column: string): number {
  if (typeof cell === 'number') return cell;
  throw badInput(
    `Failed to enforce schema of data. Error: Incompatible input types for column ${column}. Can not safely convert object to float64.`,
  );
}

function quoted(names: string[]): string {
  return `[${names.map(name => `'${name}'`).join(', ')}]`;
}

/** The model's own code said no: 400 with a traceback. */
function badInput(message: string): DatabricksError {
  return new DatabricksError(
    400,
    'BAD_REQUEST',
    [
      `Encountered an unexpected error while evaluating the model. Verify that the input is compatible with the model for inference. Error '${message}'`,
      'Traceback (most recent call last):',
      '  File "/model/scoring_server.py", line 417, in _predict',
      '    data = infer_and_parse_data(json_input, schema)',
      `mlflow.exceptions.MlflowException: ${message}`,
      '',
    ].join('\n'),
  );
}
