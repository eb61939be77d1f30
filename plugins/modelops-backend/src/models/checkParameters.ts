import type { Parameters } from 'backstage-plugin-modelops-common';
import type {
  PlatformForm,
  PlatformParameter,
} from 'backstage-plugin-modelops-node';
import Ajv, { type ValidateFunction } from 'ajv';
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

const ajv = new Ajv({ allErrors: false, strict: true });
const validators = new WeakMap<PlatformForm, ValidateFunction>();

/**
 * Checks what the person typed against the platform's form and the guardrails of the deciding rule. Throws
 * `parameters-invalid` for what is wrong and `guardrail-exceeded` for what is not allowed.
 */
export function checkParameters(
  submitted: Parameters,
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
    if (value !== undefined) values[parameter.name] = value;
  }
  const validate = validatorOf(form);
  if (!validate(values)) throw invalid(sentenceOf(validate));
  return {
    values,
    secretFields: new Set(
      form.parameters
        .filter(({ field }) => field.writeOnly)
        .map(({ name }) => name),
    ),
  };
}

function checkOne(
  submitted: Parameters,
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
  if (value === undefined) return undefined;
  if (
    typeof value !== 'string' &&
    typeof value !== 'number' &&
    typeof value !== 'boolean'
  ) {
    throw invalid(`${name} has to be a text, a number, true or false.`);
  }
  return toFieldType(parameter, value);
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

function validatorOf(form: PlatformForm): ValidateFunction {
  const known = validators.get(form);
  if (known) return known;
  const validate = ajv.compile({
    type: 'object',
    properties: Object.fromEntries(
      form.parameters.map(({ name, field }) => {
        const {
          title: _1,
          description: _2,
          writeOnly: _3,
          readOnly: _4,
          ...schema
        } = field;
        return [
          name,
          schema.type === 'string'
            ? { maxLength: MAX_TEXT, ...schema }
            : schema,
        ];
      }),
    ),
    required: form.parameters
      .filter(parameter => parameter.required)
      .map(parameter => parameter.name),
    additionalProperties: false,
  });
  validators.set(form, validate);
  return validate;
}

function sentenceOf(validate: ValidateFunction): string {
  const [error] = validate.errors ?? [];
  if (!error) return 'The parameters are invalid.';
  const where = error.instancePath
    .slice(1)
    .replace(/~1/g, '/')
    .replace(/~0/g, '~');
  const what =
    error.keyword === 'enum'
      ? `must be one of ${error.params.allowedValues.join(', ')}`
      : error.message;
  return where ? `${where} ${what}.` : `The parameters ${what}.`;
}

function invalid(message: string): InvalidRequestError {
  return new InvalidRequestError('parameters-invalid', message);
}
