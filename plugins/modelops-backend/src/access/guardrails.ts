import type { FormField } from 'backstage-plugin-modelops-common';

/** What a rule allows for one parameter, on top of the form. Never both a range and an enum of strings. */
export interface Guardrail {
  minimum?: number;
  maximum?: number;
  enum?: readonly string[] | readonly number[];
}

/** Guardrails of a rule, by parameter. */
export type Guardrails = Readonly<Record<string, Guardrail>>;

/** Whether a guardrail speaks of numbers; then the parameter is a number, whatever the platform calls it. */
export function isNumeric(guardrail: Guardrail): boolean {
  return (
    guardrail.minimum !== undefined ||
    guardrail.maximum !== undefined ||
    typeof guardrail.enum?.[0] === 'number'
  );
}

/** `at least 1 and at most 20`, `one of A100, H100`. */
export function describeGuardrail(guardrail: Guardrail): string {
  const range = [
    guardrail.minimum !== undefined && `at least ${guardrail.minimum}`,
    guardrail.maximum !== undefined && `at most ${guardrail.maximum}`,
  ].filter(Boolean);
  const parts = [
    ...(range.length > 0 ? [range.join(' and ')] : []),
    ...(guardrail.enum ? [`one of ${guardrail.enum.join(', ')}`] : []),
  ];
  return parts.join(', ');
}

/** Guardrails as sentences, `epochs: at most 20`. */
export function describeGuardrails(guardrails: Guardrails): string[] {
  return Object.entries(guardrails).map(
    ([parameter, guardrail]) => `${parameter}: ${describeGuardrail(guardrail)}`,
  );
}

/** A value as it may be sent, or why not. */
export type GuardrailCheck =
  | { ok: true; value: string | number }
  | { ok: false; message: string };

/**
 * Checks one value. For a guardrail on a number the answer is the number that was checked: send its `canonicalDecimal`, never
 * the text that came in, because a platform may read `1_000`, `0x14` or `2e1` differently than we did. A missing value is refused:
 * nobody would know what the platform puts there, so pass its default.
 */
export function checkGuardrail(
  guardrail: Guardrail,
  value: unknown,
): GuardrailCheck {
  const refused: GuardrailCheck = {
    ok: false,
    message: `has to be ${describeGuardrail(guardrail)}`,
  };
  if (!isNumeric(guardrail)) {
    const allowed = guardrail.enum as readonly string[];
    return typeof value === 'string' && allowed.includes(value)
      ? { ok: true, value }
      : refused;
  }
  const number = toNumber(value);
  if (number === undefined) {
    return {
      ok: false,
      message: `has to be a plain decimal number, ${describeGuardrail(
        guardrail,
      )}`,
    };
  }
  const allowed = guardrail.enum as readonly number[] | undefined;
  const within =
    number >= (guardrail.minimum ?? Number.NEGATIVE_INFINITY) &&
    number <= (guardrail.maximum ?? Number.POSITIVE_INFINITY) &&
    (!allowed || allowed.includes(number));
  return within ? { ok: true, value: number } : refused;
}

/** The field of the form with the guardrail applied: never wider than either of the two. */
export function guardField(field: FormField, guardrail: Guardrail): FormField {
  if (!isNumeric(guardrail)) {
    const allowed = guardrail.enum as readonly string[];
    return {
      ...field,
      type: 'string',
      enum: allowed.filter(one => field.enum?.includes(one) ?? true),
    };
  }
  const { minLength, maxLength, enum: offered, ...rest } = field;
  const allowed = (guardrail.enum as readonly number[] | undefined)?.filter(
    one => offered?.some(other => toNumber(other) === one) ?? true,
  );
  const numbers = allowed ?? offered?.map(toNumber).filter(isDefined);
  return {
    ...rest,
    type: field.type === 'integer' ? 'integer' : 'number',
    ...(numbers && { enum: numbers }),
    ...bound('minimum', Math.max, field.minimum, guardrail.minimum),
    ...bound('maximum', Math.min, field.maximum, guardrail.maximum),
  };
}

/** A number without exponent: `0.0000001`, not `1e-7`, which some readers take for text. */
export function canonicalDecimal(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text);
  if (!match) return text;
  const [, sign, first, more = '', exponent] = match;
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${first}${more}`;
}

/** A plain decimal that a double holds exactly enough; integers beyond 2^53 would silently become others. */
function toNumber(value: unknown): number | undefined {
  let number: number;
  if (typeof value === 'number') number = value;
  else if (
    typeof value === 'string' &&
    value.length <= 40 &&
    /^-?\d+(\.\d+)?$/.test(value)
  )
    number = Number(value);
  else return undefined;
  if (!Number.isFinite(number)) return undefined;
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER) return undefined;
  return number === 0 ? 0 : number; // -0 is 0
}

function bound(
  name: 'minimum' | 'maximum',
  stricter: (...values: number[]) => number,
  ...limits: Array<number | undefined>
) {
  const known = limits.filter(isDefined);
  return known.length > 0 ? { [name]: stricter(...known) } : {};
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
