import type { Express } from 'express';
import { Predictor } from '../training/Predictor';
import type { ApiRoute } from './apiRoute';
import { modelControlRoutes } from './models/modelControlRoutes';
import { modelRoutes } from './models/modelRoutes';
import { modelWriteRoutes } from './models/modelWriteRoutes';
import { uploadRoutes } from './models/uploadRoutes';
import { operationRoutes } from './operations/operationRoutes';
import { deployRoutes } from './serving/deployRoutes';
import { endpointRoutes } from './serving/endpointRoutes';
import { predictRoutes } from './serving/predictRoutes';
import { servingControlRoutes } from './serving/servingControlRoutes';
import type { RunningCloud } from './startGoogle';
import { storageRoutes } from './storage/storageRoutes';

/** Models, endpoints, operations, predictions and storage, and what tests may do to them. */
export function vertexRoutes(
  app: Express,
  control: Express,
  api: ApiRoute,
  running: () => RunningCloud,
): void {
  const timers = () => running().operations;
  // Listening need not wait for the first trainings, but what shows their results does.
  app.use(
    '/v1/projects/:project/locations/:location/:collection(models|endpoints)*',
    (_req, _res, next) => {
      running().cloud.seeded.then(() => next(), next);
    },
  );
  modelRoutes(app, api);
  uploadRoutes(app, api, timers);
  modelWriteRoutes(app, api, timers);
  endpointRoutes(app, api, timers);
  deployRoutes(app, api, timers);
  predictRoutes(app, api, new Predictor());
  operationRoutes(app, api, timers);
  storageRoutes(app, api);
  modelControlRoutes(control, running);
  servingControlRoutes(control, running);
}
