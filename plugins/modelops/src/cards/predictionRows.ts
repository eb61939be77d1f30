import {
  predictSchema,
  type PredictionForm,
  type PredictRequest,
} from 'backstage-plugin-modelops-common';
import type { FieldSet } from './formValues';

/** Rows of a question; or a sentence that says why a text holds none. */
export type Rows =
  | { ok: true; instances: PredictRequest['instances'] }
  | { ok: false; problem: string };

const rowsSchema = predictSchema.shape.instances;

/** The rows that a text of JSON holds. */
export function readRows(text: string): Rows {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      ok: false,
      problem: `This is no JSON: ${(error as Error).message}`,
    };
  }
  if (!Array.isArray(value)) {
    return {
      ok: false,
      problem: 'Has to be a list of rows, between [ and ]',
    };
  }
  const rows = rowsSchema.safeParse(value);
  if (rows.success) return { ok: true, instances: rows.data };
  return {
    ok: false,
    problem:
      value.length === 0 ? 'Needs at least one row' : 'Has too many rows',
  };
}

/** A text of JSON to begin with: the example as the only row. */
export function firstText(form: PredictionForm): string {
  return JSON.stringify(
    form.example === undefined ? [] : [form.example],
    null,
    2,
  );
}

/** The fields of one row, with the example in them; none where the signature gives no fields. */
export function fieldsOf(form: PredictionForm): FieldSet | undefined {
  if (!form.fields) return undefined;
  const { example } = form;
  return {
    schema: {
      properties: Object.fromEntries(
        form.fields.map(({ name, field }) => [name, field]),
      ),
      required: form.fields
        .filter(({ required }) => required)
        .map(({ name }) => name),
    },
    defaults:
      example && typeof example === 'object' && !Array.isArray(example)
        ? (example as FieldSet['defaults'])
        : {},
  };
}
