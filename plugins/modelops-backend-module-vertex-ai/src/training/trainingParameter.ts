import type { FormField } from 'backstage-plugin-modelops-common';
import type { PlatformParameter } from 'backstage-plugin-modelops-node';
import { z } from 'zod';

/** Longest text of a parameter, in characters, unless the template says less. */
const LONGEST_VALUE = 1_000;

/** One parameter of a template, as app-config declares it. @internal */
export const trainingParameterSchema = z
  .strictObject({
    type: z.enum(['integer', 'number', 'boolean', 'string']),
    title: z.string().max(100).optional(),
    description: z.string().max(500).optional(),
    default: z.union([z.string(), z.number(), z.boolean()]).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    enum: z
      .array(z.union([z.string(), z.number()]))
      .min(1)
      .max(100)
      .optional(),
    pattern: z.string().max(500).optional(),
    maxLength: z.int().min(1).max(10_000).optional(),
    /** Masked here. Google shows it to whoever may see the job. */
    secret: z.boolean().optional(),
  })
  .superRefine((parameter, context) => {
    for (const [key, message] of misfits(parameter))
      context.addIssue({ code: 'custom', path: [key], message });
    if (!context.issues.length && parameter.default !== undefined) {
      const problem = valueProblem(parameter, parameter.default);
      if (problem)
        context.addIssue({
          code: 'custom',
          path: ['default'],
          message: problem,
        });
    }
  });
/** One parameter of a template. @internal */
export type TrainingParameter = z.output<typeof trainingParameterSchema>;

/** Keys that do not go with the type, or with each other. */
function* misfits(
  parameter: Omit<TrainingParameter, 'default'>,
): Generator<[string, string]> {
  const { type, minimum, maximum, pattern } = parameter;
  const numeric = type === 'integer' || type === 'number';
  for (const key of ['minimum', 'maximum'] as const)
    if (parameter[key] !== undefined && !numeric)
      yield [key, `does not go with type ${type}`];
  for (const key of ['pattern', 'maxLength'] as const)
    if (parameter[key] !== undefined && type !== 'string')
      yield [key, `does not go with type ${type}`];
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    yield ['minimum', 'is more than maximum'];
  if (pattern !== undefined && !isPattern(pattern))
    yield ['pattern', 'is no regular expression'];
  if (parameter.enum && type === 'boolean')
    yield ['enum', 'does not go with type boolean'];
  if (parameter.enum && parameter.secret)
    yield ['secret', 'does not go with enum, which is shown'];
  for (const one of parameter.enum ?? [])
    if (typeof one !== (numeric ? 'number' : 'string'))
      yield ['enum', `has to hold values of type ${type}`];
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(anchored(pattern), 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

/** A pattern has to match the whole text, whoever wrote it. */
function anchored(pattern: string): string {
  return `^(?:${pattern})$`;
}

/** What is wrong with a value, as the end of a sentence that begins with the name of the parameter. @internal */
export function valueProblem(
  parameter: Omit<TrainingParameter, 'default'>,
  value: unknown,
): string | undefined {
  const {
    type,
    minimum,
    maximum,
    pattern,
    maxLength = LONGEST_VALUE,
  } = parameter;
  if (type === 'boolean')
    return typeof value === 'boolean' ? undefined : 'has to be true or false';
  if (type === 'string') {
    if (typeof value !== 'string') return 'has to be a text';
    if (value.length > maxLength)
      return `has to have at most ${maxLength} characters`;
    // Vertex AI would put another variable of the container there. Source: env_var.proto.
    if (!parameter.enum && value.includes('$(')) return "must not contain '$('";
    if (
      pattern !== undefined &&
      !new RegExp(anchored(pattern), 'u').test(value)
    )
      return `has to match ${pattern}`;
  } else {
    if (typeof value !== 'number' || !Number.isFinite(value))
      return 'has to be a number';
    if (type === 'integer' && !Number.isSafeInteger(value))
      return 'has to be a whole number';
    if (minimum !== undefined && value < minimum)
      return `has to be at least ${minimum}`;
    if (maximum !== undefined && value > maximum)
      return `has to be at most ${maximum}`;
  }
  return parameter.enum && !parameter.enum.includes(value)
    ? `has to be one of ${parameter.enum.join(', ')}`
    : undefined;
}

/** The parameter as a form shows it. @internal */
export function toPlatformParameter(
  name: string,
  parameter: TrainingParameter,
): PlatformParameter {
  const { type, title, description, minimum, maximum, pattern, secret } =
    parameter;
  const field: FormField = {
    type,
    title,
    description,
    minimum,
    maximum,
    enum: parameter.enum,
    pattern: pattern === undefined ? undefined : anchored(pattern),
    ...(type === 'string' && {
      maxLength: parameter.maxLength ?? LONGEST_VALUE,
    }),
    ...(secret && { writeOnly: true }),
  };
  return {
    name,
    field,
    default: parameter.default,
    required: parameter.default === undefined,
  };
}
