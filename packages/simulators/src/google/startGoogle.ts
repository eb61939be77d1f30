import type { ServerResponse } from 'node:http';
import express from 'express';
import type { RunPace } from '../databricks/RunScheduler';
import { startServer, type SimulatorServer } from '../server/startServer';
import { Trainer } from '../training/Trainer';
import { createApiRoute, sendError } from './apiRoute';
import { googleControlRoutes } from './googleControlRoutes';
import { GoogleCloud } from './GoogleCloud';
import { injectedErrorBody, invalidArgument, notFound } from './googleErrors';

/** How the Google simulator is started. */
export interface GoogleOptions {
  port?: number;
  /** Issuer both identity pools trust. */
  issuer: string;
  pace: RunPace;
}

/** The cloud as it is now, replaced whole by a reset, with what acts on it. */
export interface RunningCloud {
  cloud: GoogleCloud;
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
  const trainer = new Trainer();
  const openCloud = (): RunningCloud => {
    const cloud = new GoogleCloud(server.url, options.issuer);
    return { cloud };
  };
  let running = openCloud();

  server.onReset(() => {
    running = openCloud();
  });

  const { app, control, log } = server;
  // SIM-B: `api` is what routes are made with.
  createApiRoute(() => running.cloud, log);
  app.use(express.text({ type: () => true, limit: '16mb' }));
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
  return {
    ...server,
    close: async () => {
      await Promise.all([server.close(), trainer.close()]);
    },
  };
}

/** On every answer of the APIs. */
function setHeaders(res: ServerResponse): void {
  res.setHeader('server', 'ESF');
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('vary', 'Origin, X-Origin, Referer');
}
