import type { AccessPolicy } from '../access/AccessPolicy';
import type { AuditLedger } from '../audit/AuditLedger';
import { InvalidRequestError, RefusedError } from '../errors';
import type { ModelService } from '../models/ModelService';
import type { JobService } from '../runs/JobService';
import type { RunService } from '../runs/RunService';
import type { RunView } from '../runs/RunView';
import type { Handlers } from './createRouter';
import { openApiDocument } from './openApi';

/** What each route does: one call of a service, at most with a decision before it. */
export function createHandlers(services: {
  models: ModelService;
  runs: RunService;
  jobs: JobService;
  view: RunView;
  access: AccessPolicy;
  ledger: AuditLedger;
}): Handlers {
  const { models, runs, jobs, view, access, ledger } = services;
  return {
    listModels: ({ query, caller }) => models.listModels(query, caller),
    getModel: ({ path, caller }) => models.getModel(entityRefOf(path), caller),
    getForm: ({ path, caller }) =>
      models.getForm(entityRefOf(path), path.action, caller),

    startRun: ({ body, idempotencyKey, caller }) =>
      runs.start(body, idempotencyKey, caller),
    listRuns: ({ query, caller }) => view.list(query, caller),
    getRun: ({ path, caller }) => view.getDetail(path.id, caller),
    getRunLogs: ({ path, caller }) => jobs.readLogs(path.id, caller),
    getRunResult: ({ path, caller }) => jobs.readResult(path.id, caller),
    cancelRun: ({ path, caller }) => jobs.cancel(path.id, caller),

    listAudit: async ({
      query: { cursor, limit, from, to, ...filter },
      caller,
    }) => {
      const decision = await access.decide(caller, { action: 'audit' });
      if (!decision.allowed)
        throw new RefusedError(decision.code, decision.message);
      return ledger.list(
        { ...filter, from: toDate(from), to: toDate(to) },
        {
          before: cursor === undefined ? undefined : sequenceOf(cursor),
          limit,
        },
      );
    },
    getAccess: ({ caller }) => access.access(caller),

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

function toDate(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
