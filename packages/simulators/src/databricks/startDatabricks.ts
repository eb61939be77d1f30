import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import express from 'express';
import { startServer, type SimulatorServer } from '../server/startServer';
import { Predictor } from '../training/Predictor';
import type { RunPace } from '../training/RunPace';
import type { Trainer } from '../training/Trainer';
import { createApiRoute, sendError } from './apiRoute';
import { databricksControlRoutes } from './databricksControlRoutes';
import { DatabricksError, injectedErrorBody } from './errors';
import { jobsRoutes } from './jobsRoutes';
import { legacyRegistryRoutes } from './legacyRegistryRoutes';
import { mlflowRegistrationRoutes } from './mlflowRegistrationRoutes';
import { mlflowRoutes } from './mlflowRoutes';
import { mlflowUnityCatalogRoutes } from './mlflowUnityCatalogRoutes';
import { modelControlRoutes } from './modelControlRoutes';
import { permissionsRoutes } from './permissionsRoutes';
import { RunIds } from './RunIds';
import { RunScheduler } from './RunScheduler';
import { RunStarter } from './RunStarter';
import { runsRoutes } from './runsRoutes';
import { scimRoutes } from './scimRoutes';
import { addDemoEndpoints } from './serving/demoEndpoints';
import { endpointPermissionRoutes } from './serving/endpointPermissionRoutes';
import { endpointRoutes } from './serving/endpointRoutes';
import { insightRoutes } from './serving/insightRoutes';
import { invocationRoutes } from './serving/invocationRoutes';
import { Rollouts } from './serving/Rollouts';
import { servingControlRoutes } from './serving/servingControlRoutes';
import { addSeedVersions, trainSeedVersions } from './seedVersions';
import { Sessions } from './Sessions';
import { tokenRoutes } from './tokenRoutes';
import { unityCatalogRoutes } from './unityCatalogRoutes';
import { unityCatalogWriteRoutes } from './unityCatalogWriteRoutes';
import { Workspace, WORKSPACE_ID } from './Workspace';

/** Paths whose answers rest on the trainings of the start. */
const SHOW_TRAININGS = [
  '/api/2.1/unity-catalog',
  '/api/2.0/mlflow',
  '/api/2.0/serving-endpoints',
  '/api/2.0/permissions/serving-endpoints',
  '/serving-endpoints',
];

/** How the Databricks simulator is started. */
export interface DatabricksOptions {
  port?: number;
  /** Issuer of the demo's federation policies. */
  issuer: string;
  pace: RunPace;
  trainer: Trainer;
}

/** The workspace as it is now, replaced whole by a reset, with what acts on it. */
export interface RunningWorkspace {
  workspace: Workspace;
  sessions: Sessions;
  scheduler: RunScheduler;
  starter: RunStarter;
  rollouts: Rollouts;
}

/** Starts the Databricks simulator on 127.0.0.1. */
export async function startDatabricks(
  options: DatabricksOptions,
): Promise<SimulatorServer> {
  const server = await startServer({
    name: 'Databricks',
    port: options.port,
    errorBody: injectedErrorBody,
    setHeaders: setWorkspaceHeaders,
  });
  const { trainer } = options;
  const seeds = trainSeedVersions(trainer);
  const runIds = new RunIds();
  const openWorkspace = (): RunningWorkspace => {
    const workspace = new Workspace(server.url, options.issuer);
    workspace.seeded = seeds.then(trained => {
      addSeedVersions(workspace, trained);
      addDemoEndpoints(workspace);
    });
    const scheduler = new RunScheduler(workspace, trainer, options.pace);
    const sessions = new Sessions(server.url, workspace.clock);
    return {
      workspace,
      sessions,
      scheduler,
      starter: new RunStarter(workspace, scheduler, runIds),
      rollouts: new Rollouts(workspace, options.pace),
    };
  };
  let running = openWorkspace();

  server.onReset(() => {
    running.scheduler.close();
    running.rollouts.close();
    running = openWorkspace();
  });

  const { app, control, log } = server;
  const api = createApiRoute(() => running, log);
  app.use(express.text({ type: () => true, limit: '16mb' }));
  tokenRoutes(app, () => running, log);
  // Listening need not wait for the first trainings, but what shows their results does.
  app.use(SHOW_TRAININGS, (_req, _res, next) => {
    running.workspace.seeded.then(() => next(), next);
  });
  scimRoutes(app, api);
  jobsRoutes(app, api, () => running.starter);
  runsRoutes(app, api, () => running.scheduler);
  permissionsRoutes(app, api);
  mlflowRoutes(app, api);
  mlflowUnityCatalogRoutes(app, api);
  mlflowRegistrationRoutes(app, api);
  legacyRegistryRoutes(app, api);
  unityCatalogRoutes(app, api);
  unityCatalogWriteRoutes(app, api);
  endpointPermissionRoutes(app, api);
  endpointRoutes(app, api, () => running.rollouts);
  insightRoutes(app, api);
  invocationRoutes(app, api, new Predictor());
  app.use((req, res) =>
    sendError(
      res,
      new DatabricksError(
        404,
        'ENDPOINT_NOT_FOUND',
        `No API found for '${req.method} ${req.path}'`,
      ),
    ),
  );
  app.use(
    (
      error: Error,
      _req: express.Request,
      res: express.Response,
      _next: express.NextFunction,
    ) => sendError(res, new DatabricksError(400, 'BAD_REQUEST', error.message)),
  );
  databricksControlRoutes(control, () => running);
  modelControlRoutes(control, () => running);
  servingControlRoutes(control, () => running);
  return {
    ...server,
    close: async () => {
      running.scheduler.close();
      running.rollouts.close();
      await server.close();
    },
  };
}

/** On every answer of a workspace, errors included. Source: reference, databricks section 0. */
function setWorkspaceHeaders(res: ServerResponse): void {
  res.setHeader('server', 'databricks');
  res.setHeader('x-request-id', randomUUID());
  res.setHeader('x-databricks-org-id', WORKSPACE_ID);
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader(
    'strict-transport-security',
    'max-age=31536000; includeSubDomains; preload',
  );
}
