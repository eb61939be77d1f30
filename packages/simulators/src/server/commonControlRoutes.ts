import express, { type Express } from 'express';
import { controlRoute } from './controlRoute';
import type { FaultList } from './fault';
import { parseFault } from './parseFault';
import type { RequestLog } from './requestLog';

/** The control routes every simulator has: request log, faults, reset. */
export function commonControlRoutes(
  control: Express,
  parts: {
    log: RequestLog;
    faults: FaultList;
    onReset: () => void;
  },
): void {
  const { log, faults, onReset } = parts;
  control.use(express.json({ limit: '1mb' }));
  control.get(
    '/__control/requests',
    controlRoute(() => log.list()),
  );
  control.get(
    '/__control/request-counts',
    controlRoute(() => log.countsByPath()),
  );
  control.post(
    '/__control/faults',
    controlRoute(req => faults.add(parseFault(req.body))),
  );
  control.delete(
    '/__control/faults',
    controlRoute(() => faults.clear()),
  );
  control.post(
    '/__control/reset',
    controlRoute(() => {
      faults.clear();
      onReset();
      log.clear();
    }),
  );
}
