import {
  actionSchema,
  entityRefSchema,
} from 'backstage-plugin-modelops-common';
import { z } from 'zod';
import { isNumeric, type Guardrail } from '../access/guardrails';
import { textSchema } from './identitySchema';

function refOfKind(kind: 'group' | 'user') {
  return entityRefSchema.refine(
    ref => ref.startsWith(`${kind}:`),
    `has to be the full reference of a ${kind}, ${kind}:namespace/name`,
  );
}

/** One entry of `members`. */
export const memberSchema = z
  .strictObject({
    group: refOfKind('group').optional(),
    user: refOfKind('user').optional(),
    claims: z
      .record(textSchema, textSchema)
      .refine(
        claims => Object.keys(claims).length > 0,
        'has to name at least one claim',
      )
      .optional(),
  })
  .refine(
    member => Object.keys(member).length > 0,
    'has to name a group, a user or claims; an empty entry would mean everybody',
  );

const guardrailSchema = z
  .strictObject({
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    enum: z
      .union([z.array(textSchema).min(1), z.array(z.number()).min(1)], {
        error: 'has to be a list of texts or a list of numbers',
      })
      .optional(),
  })
  .superRefine((guardrail, context) => {
    const problem = guardrailProblem(guardrail);
    if (problem) context.addIssue(problem);
  });

function guardrailProblem(guardrail: Guardrail): string | undefined {
  const { minimum, maximum } = guardrail;
  if (minimum === undefined && maximum === undefined && !guardrail.enum) {
    return 'has to have minimum, maximum or enum';
  }
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    return 'minimum is larger than maximum, so no value is left';
  }
  if (
    isNumeric({ minimum, maximum }) &&
    guardrail.enum?.some(one => typeof one === 'string')
  ) {
    return 'minimum and maximum do not go with an enum of texts';
  }
  return undefined;
}

/** One entry of `allow`. */
export const ruleSchema = z.strictObject({
  actions: z.array(actionSchema).min(1, 'must not be empty'),
  resources: z
    .array(
      z
        .string()
        .max(512)
        .regex(
          /^\S+$/,
          'has to be <connection>:<resource> without spaces, with * for any characters',
        ),
    )
    .min(1, 'must not be empty')
    .optional(),
  environments: z
    .array(textSchema)
    .min(1, 'must not be empty; leave it out for all environments')
    .optional(),
  ownedByMember: z.boolean().default(false),
  parameters: z.record(textSchema, guardrailSchema).default({}),
  limits: z
    .strictObject({
      concurrentRuns: z.number().int().min(1).optional(),
      predictionsPerMinute: z.number().int().min(1).optional(),
    })
    .default({}),
  createEndpoints: z.boolean().optional(),
  fromEnvironments: z
    .array(textSchema)
    .min(1, 'must not be empty; leave it out for none')
    .optional(),
  as: z
    .strictObject({
      servicePrincipal: textSchema,
      through: z.enum(['person', 'workload']).default('person'),
    })
    .optional(),
});

/** One entry of `roles`; its rules are parsed one by one, so that a bad one does not hide the problems of the others. */
export const roleSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i,
      'has to be 1 to 63 of A-Z a-z 0-9 -, not beginning or ending with -',
    ),
  members: z
    .array(memberSchema)
    .min(1, 'must not be empty; a role without members means nobody'),
  allow: z.array(z.unknown()).min(1, 'must not be empty'),
});
