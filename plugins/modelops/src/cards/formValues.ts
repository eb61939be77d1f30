import type {
  ActionForm,
  FormField,
  ParameterValue,
} from 'backstage-plugin-modelops-common';

/** Fields and what they begin with; the form of an action is one. */
export interface FieldSet {
  schema: Pick<ActionForm['schema'], 'properties' | 'required'>;
  defaults: ActionForm['defaults'];
}

/** What stands in the fields: text as typed, or whether a box is ticked. */
export type FormValues = Record<string, string | boolean>;
/** One sentence by field. */
export type FormErrors = Record<string, string>;

/** What the fields hold when the form opens. */
export function initialValues(form: FieldSet): FormValues {
  return Object.fromEntries(
    Object.entries(form.schema.properties).map(([name, field]) => {
      const value = form.defaults[name];
      if (field.type === 'boolean') return [name, value === true];
      // A default of a secret field is masked, and the mask is no value.
      if (value === undefined || value === null || field.writeOnly) {
        return [name, ''];
      }
      return [name, typeof value === 'string' ? value : JSON.stringify(value)];
    }),
  );
}

/** What is wrong with the fields; empty when the form can be sent. The backend checks again. */
export function checkValues(form: FieldSet, values: FormValues): FormErrors {
  const errors: FormErrors = {};
  for (const [name, field] of Object.entries(form.schema.properties)) {
    const error = field.readOnly
      ? undefined
      : checkValue(field, values[name], form.schema.required.includes(name));
    if (error) errors[name] = error;
  }
  return errors;
}

/** The parameters to send: what may be changed and is not empty. */
export function toParameters(
  form: FieldSet,
  values: FormValues,
): Record<string, ParameterValue> {
  const parameters: Record<string, ParameterValue> = {};
  for (const [name, field] of Object.entries(form.schema.properties)) {
    const value = values[name];
    if (field.readOnly || value === undefined || isBlank(value)) continue;
    parameters[name] = toParameter(field, value);
  }
  return parameters;
}

function isBlank(value: string | boolean): boolean {
  return typeof value === 'string' && value.trim() === '';
}

function toParameter(field: FormField, value: string | boolean) {
  if (typeof value === 'boolean') return value;
  const listed = field.enum?.find(option => String(option) === value);
  if (listed !== undefined) return listed;
  return isNumeric(field) ? Number(value) : value;
}

function checkValue(
  field: FormField,
  value: string | boolean | undefined,
  required: boolean,
): string | undefined {
  if (typeof value === 'boolean') return undefined;
  if (value === undefined || isBlank(value)) {
    return required ? 'Needs a value' : undefined;
  }
  if (field.enum) {
    return field.enum.some(option => String(option) === value)
      ? undefined
      : 'Choose one of the list';
  }
  return isNumeric(field) ? checkNumber(field, value) : checkText(field, value);
}

function checkNumber(field: FormField, value: string): string | undefined {
  const number = Number(value);
  if (!Number.isFinite(number)) return 'Has to be a number';
  if (field.type === 'integer' && !Number.isSafeInteger(number)) {
    return 'Has to be a whole number';
  }
  if (field.minimum !== undefined && number < field.minimum) {
    return `Has to be at least ${field.minimum}`;
  }
  if (field.maximum !== undefined && number > field.maximum) {
    return `Has to be at most ${field.maximum}`;
  }
  return undefined;
}

function checkText(field: FormField, value: string): string | undefined {
  if (field.minLength !== undefined && value.length < field.minLength) {
    return `Has to have at least ${field.minLength} characters`;
  }
  if (field.maxLength !== undefined && value.length > field.maxLength) {
    return `May have at most ${field.maxLength} characters`;
  }
  if (field.pattern && !matchesWhole(field.pattern, value)) {
    // What is described in words needs no regular expression.
    return field.description
      ? 'May not be written like that'
      : `Has to be written as ${field.pattern}`;
  }
  return undefined;
}

function matchesWhole(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  } catch {
    // The backend checks again, with the engine that it has.
    return true;
  }
}

export function isNumeric(field: FormField): boolean {
  return field.type === 'integer' || field.type === 'number';
}
