import type { auditFilterSchema } from 'backstage-plugin-modelops-common';
import type { z } from 'zod';
import type { AccessPolicy } from '../access/AccessPolicy';
import type { AuditFilter } from '../audit/AuditReader';
import type { AuditService } from '../audit/AuditService';
import { InvalidRequestError } from '../errors';
import type { RegisteredModelsService } from '../ingestion/RegisteredModelsService';
import type { ModelService } from '../models/ModelService';
import type { JobService } from '../runs/JobService';
import type { RunService } from '../runs/RunService';
import type { RunView } from '../runs/RunView';
import type { PredictionService } from '../serving/PredictionService';
import type { ServingService } from '../serving/ServingService';
import type { VersionService } from '../versions/VersionService';
import type { Handlers } from './createRouter';
import { openApiDocument } from './openApi';

/** What each route does: one call of a service, at most with a decision before it. */
export function createHandlers(services: {
  models: ModelService;
  runs: RunService;
  jobs: JobService;
  view: RunView;
  versions: VersionService;
  serving: ServingService;
  predictions: PredictionService;
  access: AccessPolicy;
  audit: AuditService;
  registered: RegisteredModelsService;
}): Handlers {
  const { models, runs, jobs, view, access, audit, registered } = services;
  const { versions, serving, predictions } = services;
  return {
    listModels: ({ query, caller }) => models.listModels(query, caller),
    getModel: ({ path, caller }) => models.getModel(entityRefOf(path), caller),
    getForm: ({ path, query, caller }) =>
      models.getForm(
        entityRefOf(path),
        { action: path.action, ...query },
        caller,
      ),

    listVersions: ({ path, query, caller }) =>
      versions.list(entityRefOf(path), query, caller),
    getVersion: ({ path, caller }) =>
      versions.get(entityRefOf(path), path.version, caller),
    getServing: ({ path, query, caller }) =>
      serving.get(entityRefOf(path), query.target, caller),
    getPredictionForm: ({ path, query, caller }) =>
      predictions.getForm(entityRefOf(path), query, caller),
    predict: ({ body, caller }) => predictions.predict(body, caller),

    startRun: ({ body, idempotencyKey, caller }) =>
      runs.start(body, idempotencyKey, caller),
    listRuns: ({ query, caller }) => view.list(query, caller),
    getRun: ({ path, caller }) => view.getDetail(path.id, caller),
    getRunLogs: ({ path, caller }) => jobs.readLogs(path.id, caller),
    getRunResult: ({ path, caller }) => jobs.readResult(path.id, caller),
    cancelRun: ({ path, caller }) => jobs.cancel(path.id, caller),

    listAudit: ({ query: { cursor, limit, ...filter }, caller }) =>
      audit.list(
        toFilter(filter),
        {
          before: cursor === undefined ? undefined : sequenceOf(cursor),
          limit,
        },
        caller,
      ),
    exportAudit: ({ query: { format, ...filter }, caller }) =>
      audit.export(format, toFilter(filter), caller),
    verifyAudit: ({ caller }) => audit.verify(caller),
    getAccess: ({ caller }) => access.access(caller),

    listRegisteredModels: ({ path, query }) => registered.list(path.id, query),
    getOpenApi: async () => openApiDocument(),
  };
}

function entityRefOf(path: {
  kind: string;
  namespace: string;
  name: string;
}): string {
  return `${path.kind}:${path.namespace}/${path.name}`.toLowerCase();
}

function sequenceOf(cursor: string): number {
  if (/^[1-9]\d{0,14}$/.test(cursor)) return Number(cursor);
  throw new InvalidRequestError(
    'request-invalid',
    'cursor: is not one that this list gave out',
  );
}

function toFilter({
  from,
  to,
  ...filter
}: z.output<typeof auditFilterSchema>): AuditFilter {
  return {
    ...filter,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  };
}
