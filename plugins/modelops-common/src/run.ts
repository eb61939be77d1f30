import { z } from 'zod';
import {
  type Operation,
  operationSchema,
  OPERATIONS,
  runActionSchema,
} from './actions';
import { auditCodeSchema, auditOutcomeSchema } from './auditCodes';
import {
  entityRefSchema,
  pageQuerySchema,
  parametersSchema,
  plainTextSchema,
  targetSchema,
  timestampSchema,
  versionSchema,
} from './fields';
import { metricSchema } from './metric';
import { trafficSharesSchema } from './serving';

/**
 * States of a run. `unknown`: the platform gave no answer, being found out by reading. `lost`: the platform
 * has forgotten it. `awaiting-approval` and `declined` are reserved.
 * @public
 */
export const runStateSchema = z.enum([
  'requested',
  'submitted',
  'running',
  'succeeded',
  'failed',
  'canceled',
  'unknown',
  'lost',
  'awaiting-approval',
  'declined',
]);
/** State of a run. @public */
export type RunState = z.infer<typeof runStateSchema>;

/** States that never change again. @public */
export const TERMINAL_RUN_STATES: readonly RunState[] = [
  'succeeded',
  'failed',
  'canceled',
  'lost',
  'declined',
];

/** Whether a run in this state is over. @public */
export function isTerminal(state: RunState): boolean {
  return TERMINAL_RUN_STATES.includes(state);
}

/** Value of a parameter: what a form field holds. @public */
export const parameterValueSchema = z.union([
  z.string().max(10_000),
  z.number(),
  z.boolean(),
]);

/** A value of a parameter. @public */
export type ParameterValue = z.infer<typeof parameterValueSchema>;

/** Operations that are about one version. */
const VERSIONED: readonly Operation[] = ['deploy', 'set-alias', 'promote'];
/** Operations that are about the shares of all versions, and of none in particular. */
const UNVERSIONED: readonly Operation[] = ['traffic', 'rollback'];

/** Body of `POST /runs`. @public */
export const startRunSchema = z
  .strictObject({
    entityRef: entityRefSchema,
    action: runActionSchema,
    operation: operationSchema,
    /** Model version to deploy or serve; a training takes none. */
    version: versionSchema.optional(),
    /** Which of several bound resources, `<connection>:<resource>`; the first by default. */
    target: targetSchema.optional(),
    /**
     * `serving.revision` of the form that the person decided by, `absent` where it has none: what is served must not have changed
     * since. Without it, what is served when the request arrives.
     */
    revision: z
      .string()
      .regex(/^[\x21-\x7e]{1,256}$/, 'is no revision')
      .optional(),
    parameters: z
      .record(z.string().min(1).max(128), parameterValueSchema)
      .refine(
        parameters => Object.keys(parameters).length <= 100,
        'has more than 100 parameters',
      )
      .default({}),
    reason: plainTextSchema.trim().max(500).optional(),
  })
  .refine(request => OPERATIONS[request.action].includes(request.operation), {
    path: ['operation'],
    message: 'does not belong to this action',
  })
  .refine(
    request => request.action !== 'train' || request.version === undefined,
    { path: ['version'], message: 'is for deploy and serve' },
  )
  .refine(
    request =>
      !VERSIONED.includes(request.operation) || request.version !== undefined,
    { path: ['version'], message: 'is missing' },
  )
  .refine(
    request =>
      !UNVERSIONED.includes(request.operation) || request.version === undefined,
    { path: ['version'], message: 'is not for this operation' },
  );
/** What `POST /runs` asks for. @public */
export type StartRunRequest = z.infer<typeof startRunSchema>;

/** The client's key: the same key and the same request give the same run. @public */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,128}$/, 'must be 16 to 128 of A-Z a-z 0-9 _ -');

/** Who the platform sees. @public */
export const runsAsSchema = z.object({
  kind: z.enum(['person', 'service-principal']),
  /** Name the platform knows the principal by; for a person normally the e-mail address. */
  principal: z.string(),
  /** `workload`: reached with the portal's own token, so the platform sees the portal and not the person. */
  through: z.enum(['person', 'workload']),
});
/** Who the platform sees. @public */
export type RunsAs = z.infer<typeof runsAsSchema>;

/** Why a run is in its state, with a code to switch on and a sentence to show. @public */
export const runFailureSchema = z.object({
  code: z.string(),
  message: z.string(),
});
/** Why a run is in its state. @public */
export type RunFailure = z.infer<typeof runFailureSchema>;

/** One run, as its row says. @public */
export const runSchema = z.object({
  id: z.uuid(),
  entityRef: z.string(),
  action: runActionSchema,
  operation: operationSchema,
  version: z.string().optional(),
  connection: z.string(),
  platform: z.string(),
  /** Platform's name for people, `Databricks`; its id where it is no longer installed. */
  platformTitle: z.string(),
  environment: z.string().optional(),
  /** Canonical resource, `job/8123`. */
  resource: z.string(),
  /** Canonical resource of the model whose versions are meant, `model/main.fraud.detector`; absent for a training. */
  model: z.string().optional(),
  /** Shares of the traffic right before the change, by served version; absent where nothing was served or changed. */
  before: trafficSharesSchema.optional(),
  state: runStateSchema,
  failure: runFailureSchema.optional(),
  startedBy: z.string(),
  agent: z.string().optional(),
  role: z.string(),
  rule: z.string(),
  runsAs: runsAsSchema,
  /** Identity the platform runs the job as, whoever pressed the button. */
  jobRunsAs: z.string().optional(),
  /** Parameters as sent; secret ones masked. */
  parameters: parametersSchema,
  reason: z.string().optional(),
  platformRunId: z.string().optional(),
  platformRunUrl: z.string().optional(),
  /** Sequence of the entry that recorded the request. */
  auditSequence: z.number().int(),
  requestedAt: timestampSchema,
  submittedAt: timestampSchema.optional(),
  /** When the platform says the job began and ended. */
  startedAt: timestampSchema.optional(),
  endedAt: timestampSchema.optional(),
  updatedAt: timestampSchema,
  /** Whether somebody asked to cancel it. */
  cancelRequested: z.boolean(),
});
/** One run. @public */
export type Run = z.infer<typeof runSchema>;

/** One audit entry of a run, as its timeline shows it. @public */
export const runEventSchema = z.object({
  sequence: z.number().int(),
  time: timestampSchema,
  code: auditCodeSchema,
  outcome: auditOutcomeSchema.optional(),
  actor: z.string(),
  toState: runStateSchema.optional(),
  principal: z.string().optional(),
  refusalCode: z.string().optional(),
  detail: z.string().optional(),
});
/** One step of a run. @public */
export type RunEvent = z.infer<typeof runEventSchema>;

/** Answer of `GET /runs/:id`: the run, its entries oldest first, and whether the caller may cancel it. @public */
export const runDetailSchema = runSchema.extend({
  timeline: z.array(runEventSchema),
  cancel: z.object({ allowed: z.boolean(), reason: z.string().optional() }),
});
/** A run with its timeline. @public */
export type RunDetail = z.infer<typeof runDetailSchema>;

/** Answer of `GET /runs/:id/result`: what a finished training made, read from the platform as the person. @public */
export const runResultSchema = z.object({
  modelVersion: z
    .object({
      model: z.string(),
      version: z.string(),
      status: z.string(),
      url: z.string().optional(),
    })
    .optional(),
  metrics: z.array(metricSchema),
});
/** What a finished training made. @public */
export type RunResult = z.infer<typeof runResultSchema>;

/** Query of `GET /runs`, newest first. @public */
export const listRunsQuerySchema = pageQuerySchema.extend({
  entityRef: entityRefSchema.optional(),
  state: runStateSchema.optional(),
  action: runActionSchema.optional(),
});
/** Query of `GET /runs`. @public */
export type ListRunsQuery = z.input<typeof listRunsQuerySchema>;
