import type { FormField } from 'backstage-plugin-modelops-common';
import type {
  PlatformForm,
  PlatformParameter,
} from 'backstage-plugin-modelops-node';
import {
  canonicalDecimal,
  checkGuardrail,
  type Guardrails,
} from '../access/guardrails';
import { InvalidRequestError, RefusedError } from '../errors';
import { isLocked } from './actionForm';

/** Values as they are sent, all of them checked; defaults included, so that what was checked is what the job gets. */
export interface CheckedParameters {
  values: Readonly<Record<string, string | number | boolean>>;
  secretFields: ReadonlySet<string>;
}

/** Longest text of a parameter, in characters; the limit of Databricks' older parameter fields. */
const MAX_TEXT = 10_000;

/**
 * Checks what the person typed against the platform's form and the guardrails of the deciding rule. Throws
 * `parameters-invalid` for what is wrong and `guardrail-exceeded` for what is not allowed.
 */
export function checkParameters(
  submitted: Readonly<Record<string, string | number | boolean>>,
  form: PlatformForm,
  guardrails: Guardrails,
  identity: { callerRunsIt: boolean },
): CheckedParameters {
  for (const name of Object.keys(submitted)) {
    if (!form.parameters.some(parameter => parameter.name === name)) {
      throw invalid(`There is no parameter '${name.slice(0, 80)}'. Remove it.`);
    }
  }
  const values: Record<string, string | number | boolean> = {};
  for (const parameter of form.parameters) {
    const value = checkOne(submitted, parameter, guardrails, identity);
    if (value === undefined) {
      if (parameter.required) throw invalid(`${parameter.name} is missing.`);
      continue;
    }
    const problem = problemOf(parameter.field, value);
    if (problem) throw invalid(`${parameter.name} ${problem}.`);
    values[parameter.name] = value;
  }
  return {
    values,
    secretFields: secretFieldsOf(form),
  };
}

function checkOne(
  submitted: Readonly<Record<string, string | number | boolean>>,
  parameter: PlatformParameter,
  guardrails: Guardrails,
  identity: { callerRunsIt: boolean },
): string | number | boolean | undefined {
  const { name } = parameter;
  const given = Object.hasOwn(submitted, name) ? submitted[name] : undefined;
  const guardrail = Object.hasOwn(guardrails, name)
    ? guardrails[name]
    : undefined;
  if (
    given !== undefined &&
    isLocked(name, guardrails, identity) &&
    String(given) !== String(parameter.default ?? '')
  ) {
    throw new RefusedError(
      'guardrail-exceeded',
      `${name} keeps its default, because the job does not run as you and your role does not list it. Ask for a guardrail on ${name}.`,
    );
  }
  const value = given === undefined ? parameter.default : given;
  if (guardrail) {
    const check = checkGuardrail(guardrail, value);
    if (!check.ok)
      throw new RefusedError('guardrail-exceeded', `${name} ${check.message}.`);
    return toFieldType(parameter, check.value);
  }
  return value === undefined ? undefined : toFieldType(parameter, value);
}

/** Spellings of a boolean that forms send. */
const BOOLEANS = new Map<unknown, boolean>([
  ['true', true],
  ['false', false],
]);

/** The value in the type of the platform's own field. What does not fit is left for the schema to name. */
function toFieldType(
  { field }: PlatformParameter,
  value: string | number | boolean,
): string | number | boolean {
  if (field.type === 'string')
    return typeof value === 'number' ? canonicalDecimal(value) : String(value);
  if (field.type === 'boolean') {
    return BOOLEANS.get(value) ?? value;
  }
  return typeof value === 'string' && /^-?\d{1,15}(\.\d+)?$/.test(value)
    ? Number(value)
    : value;
}

/** What is wrong with a value by the platform's own field, in the words of a sentence that begins with its name. */
function problemOf(field: FormField, value: unknown): string | undefined {
  const { minimum, maximum, minLength, maxLength = MAX_TEXT, pattern } = field;
  if (field.type === 'boolean') {
    return typeof value === 'boolean' ? undefined : 'has to be true or false';
  }
  if (field.type === 'string') {
    if (typeof value !== 'string') return 'has to be a text';
    if (value.length < (minLength ?? 0)) {
      return `has to have at least ${minLength} characters`;
    }
    if (value.length > maxLength) {
      return `has to have at most ${maxLength} characters`;
    }
    if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
      return `has to match ${pattern}`;
    }
  } else {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return 'has to be a number';
    }
    if (field.type === 'integer' && !Number.isSafeInteger(value)) {
      return 'has to be a whole number';
    }
    if (minimum !== undefined && value < minimum) {
      return `has to be at least ${minimum}`;
    }
    if (maximum !== undefined && value > maximum) {
      return `has to be at most ${maximum}`;
    }
  }
  return field.enum && !field.enum.includes(value)
    ? `has to be one of ${field.enum.join(', ')}`
    : undefined;
}

/** Fields whose value is masked everywhere. */
export function secretFieldsOf(form: PlatformForm): ReadonlySet<string> {
  return new Set(
    form.parameters
      .filter(({ field }) => field.writeOnly)
      .map(({ name }) => name),
  );
}

function invalid(message: string): InvalidRequestError {
  return new InvalidRequestError('parameters-invalid', message);
}
