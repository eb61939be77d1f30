import type { Express } from 'express';
import type { ApiCall, ApiRoute } from './apiRoute';
import { invalidParameter } from './errors';
import { requireOwnedModel, requireVersion } from './modelAccess';
import { mlflowModelView, mlflowVersionView } from './mlflowUnityCatalogViews';
import { MLFLOW_UC } from './mlflowUnityCatalogRoutes';
import { addVersion } from './models';
import { registerModel } from './modelChanges';

const SCOPES = ['unity-catalog', 'mlflow'];

/**
 * How MLflow's client registers: a model, then a version that is PENDING_REGISTRATION until its files are there. The files
 * themselves go to the cloud's storage and not through this API, so a version gets the weights of the run that it names.
 */
export function mlflowRegistrationRoutes(app: Express, api: ApiRoute): void {
  app.post(
    `${MLFLOW_UC}/registered-models/create`,
    api(SCOPES, call => {
      const { name, description, tags } = call.body();
      const model = registerModel(
        call,
        String(name).split('.'),
        typeof description === 'string' ? description : undefined,
      );
      for (const tag of Array.isArray(tags) ? tags : [])
        model.tags.set(String(tag.key), String(tag.value ?? ''));
      return { registered_model: mlflowModelView(model, { details: true }) };
    }),
  );
  app.post(`${MLFLOW_UC}/model-versions/create`, api(SCOPES, createVersion));
  app.post(
    `${MLFLOW_UC}/model-versions/finalize`,
    api(SCOPES, call => {
      const { name, version: number } = call.body();
      const model = requireOwnedModel(
        call.workspace,
        call.principal,
        String(name),
      );
      const version = requireVersion(model, String(number));
      version.status = version.trained ? 'READY' : 'FAILED_REGISTRATION';
      return {
        model_version: mlflowVersionView(model, version, { details: true }),
      };
    }),
  );
}

function createVersion(call: ApiCall) {
  const { workspace, principal } = call;
  const { name, source, run_id: runId, description } = call.body();
  const model = requireOwnedModel(workspace, principal, String(name));
  if (typeof source !== 'string' || source === '')
    throw invalidParameter("Missing value for required parameter 'source'.");
  const run = workspace.mlflowRuns.get(String(runId));
  const version = addVersion(model, {
    status: 'PENDING_REGISTRATION',
    comment: typeof description === 'string' ? description : '',
    mlflowRunId: typeof runId === 'string' ? runId : undefined,
    createdAt: workspace.clock.now(),
    createdBy: principal.userName,
    columns: run?.columns ?? [],
    trained: run?.trained,
  });
  return {
    model_version: mlflowVersionView(model, version, { details: true }),
  };
}
