import { z } from 'zod';
import { accessSchema } from './access';
import { runActionSchema } from './actions';
import {
  auditEntrySchema,
  exportAuditQuerySchema,
  listAuditQuerySchema,
} from './audit';
import { pageSchema, versionSchema } from './fields';
import { actionFormSchema, formQuerySchema } from './form';
import {
  listModelsQuerySchema,
  modelDetailSchema,
  modelSummarySchema,
} from './model';
import {
  MAX_PREDICTION_REQUEST,
  predictionFormQuerySchema,
  predictionFormSchema,
  predictionSchema,
  predictSchema,
} from './prediction';
import {
  listRegisteredModelsQuerySchema,
  registeredModelsSchema,
} from './registeredModel';
import {
  listRunsQuerySchema,
  runDetailSchema,
  runResultSchema,
  runSchema,
  startRunSchema,
} from './run';
import { servingSchema, targetQuerySchema } from './serving';
import { auditVerificationSchema } from './verification';
import {
  listVersionsQuerySchema,
  modelVersionDetailSchema,
  modelVersionsSchema,
} from './version';

/** Header that carries the person's own OIDC ID token, at most 8 kB. @public */
export const IDENTITY_TOKEN_HEADER = 'Modelops-Identity-Token';
/** Header that makes `POST /runs` safe to repeat. @public */
export const IDEMPOTENCY_KEY_HEADER = 'Idempotency-Key';

/** One part of an entity reference. Source: catalog-model, entity name and namespace formats, at most 63 characters. */
const entityPart = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i,
    'is no part of an entity reference',
  );
const entityPath = z.object({
  kind: entityPart,
  namespace: entityPart,
  name: entityPart,
});
const runPath = z.object({ id: z.uuid() });

/** One route of the REST API. @public */
export interface RestRoute {
  method: 'get' | 'post';
  /** Below `/api/modelops/v1`, in the notation of Express. */
  path: string;
  summary: string;
  /** `required`: closes with an audit entry. `accepted`: verified if sent. `unused`: never looked at. */
  idToken: 'required' | 'accepted' | 'unused';
  /** Absent: signed-in users only. `catalog`: the service subject `plugin:catalog` only (design D17). */
  caller?: 'catalog';
  pathParameters?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Largest body, in bytes; 100 kB where it is left out. */
  maxBodyBytes?: number;
  idempotencyKey?: boolean;
  status: 200 | 202;
  /** `download`: a file, streamed. */
  answer: z.ZodType | 'text/plain' | 'openapi' | 'download';
}

/** The whole REST API: routes are mounted from it, `openapi.json` is generated from it, tests walk over it. @public */
export const REST_ROUTES = {
  listModels: {
    method: 'get',
    path: '/models',
    summary: 'Models with their bindings and newest run',
    idToken: 'accepted',
    query: listModelsQuerySchema,
    status: 200,
    answer: pageSchema(modelSummarySchema),
  },
  getModel: {
    method: 'get',
    path: '/models/:kind/:namespace/:name',
    summary: 'All that the cards of an entity need',
    idToken: 'accepted',
    pathParameters: entityPath,
    status: 200,
    answer: modelDetailSchema,
  },
  getForm: {
    method: 'get',
    path: '/models/:kind/:namespace/:name/actions/:action',
    summary: 'The form of an action, read from the platform as the person',
    idToken: 'required',
    pathParameters: entityPath.extend({ action: runActionSchema }),
    query: formQuerySchema,
    status: 200,
    answer: actionFormSchema,
  },
  listVersions: {
    method: 'get',
    path: '/models/:kind/:namespace/:name/versions',
    summary: 'Versions of a model, newest first, read as the person',
    idToken: 'required',
    pathParameters: entityPath,
    query: listVersionsQuerySchema,
    status: 200,
    answer: modelVersionsSchema,
  },
  getVersion: {
    method: 'get',
    path: '/models/:kind/:namespace/:name/versions/:version',
    summary: 'One version with its parameters and metrics, read as the person',
    idToken: 'required',
    pathParameters: entityPath.extend({ version: versionSchema }),
    status: 200,
    answer: modelVersionDetailSchema,
  },
  getServing: {
    method: 'get',
    path: '/models/:kind/:namespace/:name/serving',
    summary: 'What an endpoint of the model serves, read as the person',
    idToken: 'required',
    pathParameters: entityPath,
    query: targetQuerySchema,
    status: 200,
    answer: servingSchema,
  },
  getPredictionForm: {
    method: 'get',
    path: '/models/:kind/:namespace/:name/prediction-form',
    summary: 'What a served model can be asked, read as the person',
    idToken: 'required',
    pathParameters: entityPath,
    query: predictionFormQuerySchema,
    status: 200,
    answer: predictionFormSchema,
  },
  predict: {
    method: 'post',
    path: '/predictions',
    summary: 'Ask a served model as the person; at most 1 MB in and 4 MB out',
    idToken: 'required',
    body: predictSchema,
    maxBodyBytes: MAX_PREDICTION_REQUEST,
    status: 200,
    answer: predictionSchema,
  },
  startRun: {
    method: 'post',
    path: '/runs',
    summary:
      'Start a run as the person; 202 as soon as it is recorded and handed over',
    idToken: 'required',
    body: startRunSchema,
    idempotencyKey: true,
    status: 202,
    answer: runSchema,
  },
  listRuns: {
    method: 'get',
    path: '/runs',
    summary: 'Runs the caller may see, newest first',
    idToken: 'accepted',
    query: listRunsQuerySchema,
    status: 200,
    answer: pageSchema(runSchema),
  },
  getRun: {
    method: 'get',
    path: '/runs/:id',
    summary: 'One run with its timeline',
    idToken: 'accepted',
    pathParameters: runPath,
    status: 200,
    answer: runDetailSchema,
  },
  getRunLogs: {
    method: 'get',
    path: '/runs/:id/logs',
    summary: 'Log tail, read from the platform as the person, at most 256 kB',
    idToken: 'required',
    pathParameters: runPath,
    status: 200,
    answer: 'text/plain',
  },
  getRunResult: {
    method: 'get',
    path: '/runs/:id/result',
    summary:
      'New model version and metrics of a finished training, read from the platform as the person',
    idToken: 'required',
    pathParameters: runPath,
    status: 200,
    answer: runResultSchema,
  },
  cancelRun: {
    method: 'post',
    path: '/runs/:id/cancel',
    summary:
      'Ask the platform, as the person, to cancel the job; safe to repeat',
    idToken: 'required',
    pathParameters: runPath,
    status: 202,
    answer: runSchema,
  },
  listAudit: {
    method: 'get',
    path: '/audit',
    summary: 'Audit entries, newest first; needs the action audit',
    idToken: 'accepted',
    query: listAuditQuerySchema,
    status: 200,
    answer: pageSchema(auditEntrySchema),
  },
  exportAudit: {
    method: 'get',
    path: '/audit/export',
    summary:
      'Audit entries as a file, oldest first, streamed; needs the action audit',
    idToken: 'accepted',
    query: exportAuditQuerySchema,
    status: 200,
    answer: 'download',
  },
  verifyAudit: {
    method: 'get',
    path: '/audit/verification',
    summary:
      'Whether the ledger is what it was, up to which entry and how strongly; needs the action audit',
    idToken: 'accepted',
    status: 200,
    answer: auditVerificationSchema,
  },
  getAccess: {
    method: 'get',
    path: '/access',
    summary: 'What the caller may do, as whom',
    idToken: 'accepted',
    status: 200,
    answer: accessSchema,
  },
  listRegisteredModels: {
    method: 'get',
    path: '/connections/:id/models',
    summary:
      "What a platform's registry holds, read as the portal; for the catalog's own service only",
    idToken: 'unused',
    caller: 'catalog',
    pathParameters: z.object({
      id: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'is no connection'),
    }),
    query: listRegisteredModelsQuerySchema,
    status: 200,
    answer: registeredModelsSchema,
  },
  getOpenApi: {
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    idToken: 'unused',
    status: 200,
    answer: 'openapi',
  },
} as const satisfies Record<string, RestRoute>;

/** Name of a route. @public */
export type RestRouteName = keyof typeof REST_ROUTES;
