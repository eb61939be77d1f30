import {
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import { type Config, ConfigReader } from '@backstage/config';
import { InputError, stringifyError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import { compileGlob } from 'backstage-plugin-modelops-common';
import { z } from 'zod';
import type { IngestionConfig } from './IngestionConfig';

const BLOCK = 'catalog.providers.modelops';

/** 30 minutes: models are registered by trainings, which take longer. 15 minutes: a first sync asks the platform per model. */
const DEFAULT_SCHEDULE: SchedulerServiceTaskScheduleDefinition = {
  frequency: { minutes: 30 },
  timeout: { minutes: 15 },
};

const idSchema = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'has to be 1 to 63 of a-z 0-9 -, not beginning or ending with -',
  );

const patternSchema = z.string().min(1).max(500).transform(compileGlob);

const kindSchema = z
  .string()
  .regex(/^[A-Z][A-Za-z0-9]{0,62}$/, 'has to be a kind such as Resource');

const typeSchema = z.string().min(1).max(63);

const nameForm = '[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?';
const ownerSchema = z
  .string()
  .regex(
    new RegExp(`^(group|user):${nameForm}/${nameForm}$`, 'i'),
    'has to be a Group or User in full, group:default/fraud-ml',
  );
const systemSchema = z
  .string()
  .regex(
    new RegExp(`^system:${nameForm}/${nameForm}$`, 'i'),
    'has to be a System in full, system:default/fraud',
  );

const providerSchema = z.strictObject({
  connection: idSchema,
  schedule: z.record(z.string(), z.json()).optional().transform(readSchedule),
  include: z.array(patternSchema).min(1).prefault(['*']),
  exclude: z.array(patternSchema).default([]),
  models: z
    .strictObject({
      kind: kindSchema.default('Resource'),
      type: typeSchema.default('ai-model'),
    })
    .prefault({}),
  endpoints: z
    .preprocess(
      // A union would say of a misspelt key only that it is neither of the two.
      value => (value === false ? undefined : value),
      z
        .strictObject({
          kind: kindSchema.default('Component'),
          type: typeSchema.default('model-server'),
        })
        .optional(),
    )
    .prefault({}),
  owner: z
    .strictObject({
      tag: z.string().min(1).default('team'),
      mapping: z.record(z.string(), ownerSchema).default({}),
      default: ownerSchema.default('group:default/unowned'),
    })
    .prefault({}),
  system: systemSchema.optional(),
  lifecycle: z.string().min(1).max(63).default('production'),
  namespace: idSchema.default('default'),
  maxRemoval: z.number().min(0).max(100).default(20),
});

/** `catalog.providers.modelops`. Throws InputError, which lists every problem with its path; never values. */
export function readIngestionConfig(root: Config): IngestionConfig[] {
  const block = root.getOptional(BLOCK) ?? {};
  const problems: string[] = [];
  const read: IngestionConfig[] = [];
  if (!isObject(block)) problems.push('has to be an object of providers');
  for (const [id, value] of Object.entries(isObject(block) ? block : {})) {
    const result = z
      .object({ id: idSchema, provider: providerSchema })
      .safeParse({ id, provider: value }, { error: describeIssue });
    if (result.success) read.push({ id, ...result.data.provider });
    else
      problems.push(
        ...result.error.issues.map(({ path: [at, ...rest], message }) =>
          at === 'id'
            ? `${BLOCK}.${id}: the id ${message}`
            : `${[BLOCK, id, ...rest].map(String).join('.')}: ${message}`,
        ),
      );
  }
  problems.push(...unknownConnections(read, root), ...sharedNames(read));
  if (problems.length > 0) {
    throw new InputError(
      `The configuration of the catalog's models is not valid:\n${problems
        .map(problem => `  - ${problem}`)
        .join('\n')}`,
    );
  }
  return read;
}

/** Only where modelops is configured in the same backend. */
function unknownConnections(
  read: readonly IngestionConfig[],
  root: Config,
): string[] {
  const connections = root.getOptional('modelops.connections');
  if (!isObject(connections)) return [];
  const known = Object.keys(connections);
  return read
    .filter(({ connection }) => !known.includes(connection))
    .map(
      ({ id, connection }) =>
        `${BLOCK}.${id}.connection: '${connection}' is not in modelops.connections, which are ${known.join(
          ', ',
        )}`,
    );
}

/** The same name of two connections would be one entity. */
function sharedNames(read: readonly IngestionConfig[]): string[] {
  return read.flatMap((one, index) => {
    const other = read
      .slice(0, index)
      .find(
        earlier =>
          earlier.namespace === one.namespace &&
          earlier.connection !== one.connection,
      );
    return other
      ? [
          `${BLOCK}.${one.id}.namespace: '${one.namespace}' holds the models of the connection '${other.connection}' (${other.id}) already; names of two connections could collide, so give each a namespace of its own`,
        ]
      : [];
  });
}

function readSchedule(
  value: Record<string, unknown> | undefined,
  context: z.RefinementCtx,
): SchedulerServiceTaskScheduleDefinition {
  if (value === undefined) return DEFAULT_SCHEDULE;
  try {
    return readSchedulerServiceTaskScheduleDefinitionFromConfig(
      new ConfigReader(value as JsonObject),
    );
  } catch (error) {
    context.addIssue(
      `has to be a schedule such as { frequency: { minutes: 30 }, timeout: { minutes: 15 } } (${stringifyError(
        error,
      )})`,
    );
    return z.NEVER;
  }
}

function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys((issue.inst as unknown as z.ZodObject).shape);
    return `unknown key ${issue.keys.join(', ')}; known are ${known.join(
      ', ',
    )}`;
  }
  if (issue.code !== 'invalid_type') return undefined;
  return issue.input === undefined
    ? 'is missing'
    : `has to be of type ${issue.expected}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
