import type { ServerResponse } from 'node:http';
import express from 'express';
import { startServer, type SimulatorServer } from '../server/startServer';
import type { RunPace } from '../training/RunPace';
import type { Trainer } from '../training/Trainer';
import { createApiRoute, sendError } from './apiRoute';
import { googleControlRoutes } from './googleControlRoutes';
import { GoogleCloud } from './GoogleCloud';
import { impersonationRoutes } from './identity/impersonationRoutes';
import { stsRoutes } from './identity/stsRoutes';
import { injectedErrorBody, invalidArgument, notFound } from './googleErrors';
import { loggingRoutes } from './logging/loggingRoutes';
import { addSeedModels, trainSeedModels } from './models/seedModels';
import { OperationTimers } from './operations/OperationTimers';
import { addDemoEndpoints } from './serving/demoEndpoints';
import { jobControlRoutes } from './training/jobControlRoutes';
import { jobRoutes } from './training/jobRoutes';
import { JobScheduler } from './training/JobScheduler';
import { vertexRoutes } from './vertexRoutes';

/** How the Google simulator is started. */
export interface GoogleOptions {
  port?: number;
  /** Issuer both identity pools trust. */
  issuer: string;
  pace: RunPace;
  trainer: Trainer;
}

/** The cloud as it is now, replaced whole by a reset, with what acts on it. */
export interface RunningCloud {
  cloud: GoogleCloud;
  jobs: JobScheduler;
  operations: OperationTimers;
}

/** Starts the simulator of Google Cloud on 127.0.0.1: one server for all its hosts, whose paths do not clash. */
export async function startGoogle(
  options: GoogleOptions,
): Promise<SimulatorServer> {
  const server = await startServer({
    name: 'Google Cloud',
    port: options.port,
    errorBody: injectedErrorBody,
    setHeaders,
  });
  const { trainer } = options;
  let seeds: ReturnType<typeof trainSeedModels> | undefined;
  const seed = async (cloud: GoogleCloud) => {
    seeds ??= trainSeedModels(trainer);
    addSeedModels(cloud, await seeds);
    addDemoEndpoints(cloud);
  };
  const openCloud = (): RunningCloud => {
    const cloud = new GoogleCloud(server.url, options.issuer, seed);
    return {
      cloud,
      jobs: new JobScheduler(cloud, trainer, options.pace),
      operations: new OperationTimers(cloud, options.pace),
    };
  };
  let running = openCloud();

  server.onReset(() => {
    running.jobs.close();
    running.operations.close();
    running = openCloud();
  });

  const { app, control, log } = server;
  const api = createApiRoute(() => running.cloud, log);
  app.use(express.text({ type: () => true, limit: '16mb' }));
  stsRoutes(app, () => running.cloud, log);
  impersonationRoutes(app, api);
  jobRoutes(app, api, () => running.jobs);
  loggingRoutes(app, api);
  vertexRoutes(app, control, api, () => running);
  app.use((req, res) =>
    sendError(
      res,
      notFound(`The requested URL ${req.path} was not found on this server.`),
    ),
  );
  app.use(
    (
      error: Error,
      _req: express.Request,
      res: express.Response,
      _next: express.NextFunction,
    ) => sendError(res, invalidArgument(error.message)),
  );
  googleControlRoutes(control, () => running);
  jobControlRoutes(control, () => running);
  return {
    ...server,
    close: async () => {
      running.jobs.close();
      running.operations.close();
      await server.close();
    },
  };
}

/** On every answer of the APIs. */
function setHeaders(res: ServerResponse): void {
  res.setHeader('server', 'ESF');
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('vary', 'Origin, X-Origin, Referer');
}
