import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { applyFault } from './applyFault';
import { FaultList } from './fault';
import { isControlCall, refuseControlCall } from './controlGuard';
import { RequestLog } from './requestLog';
import { commonControlRoutes } from './commonControlRoutes';

/** How one simulator differs from the next, on the wire. */
export interface ServerOptions {
  /** Named when the port is busy. */
  name: string;
  /** 0 or undefined takes a free one. */
  port?: number;
  /** Sets the headers the platform puts on every answer, injected ones included. */
  setHeaders?: (res: ServerResponse) => void;
  /** An error body in the platform's own shape, for the fault `status`. */
  errorBody: (status: number, numericErrorCode: boolean) => string;
}

/** A listening simulator. Its routes are mounted after it listens, because an issuer needs to know its own port. */
export interface SimulatorServer {
  url: string;
  log: RequestLog;
  /** The simulated API. */
  app: Express;
  /** Routes under `/__control`. */
  control: Express;
  /** Sets what a reset does besides clearing faults and log. */
  onReset(handler: () => void): void;
  close(): Promise<void>;
}

/** Somebody else listens on the port a simulator was told to use. */
export class PortInUseError extends Error {
  constructor(name: string, port: number) {
    super(
      `Port ${port} for the ${name} simulator is in use; stop what listens there or choose another port`,
    );
    this.name = 'PortInUseError';
  }
}

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

/** Starts a server on 127.0.0.1 with a request log, faults and guarded control routes. */
export async function startServer(
  options: ServerOptions,
): Promise<SimulatorServer> {
  let reset = () => {};
  const log = new RequestLog();
  const faults = new FaultList();
  const app = plainExpress();
  const control = plainExpress();
  commonControlRoutes(control, { log, faults, onReset: () => reset() });

  const server = createServer(async (req, res) => {
    const url = URL.parse(`http://127.0.0.1${req.url}`);
    if (!url) {
      res.writeHead(400).end();
      return;
    }
    if (isControlCall(url)) {
      if (!refuseControlCall(req, res)) (control as Handler)(req, res);
      return;
    }
    const entry = log.begin(req, url);
    res.on('close', () => {
      if (res.writableFinished) entry.status = res.statusCode;
    });
    options.setHeaders?.(res);
    const fault = faults.take(entry.method, entry.path);
    const handle = () => (app as Handler)(req, res);
    if (!fault) {
      handle();
      return;
    }
    entry.fault = fault.effect;
    // A caller that hung up while its answer was held back is the normal end of a fault.
    await applyFault(fault, req, res, handle, options.errorBody).catch(() =>
      res.destroy(),
    );
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new PortInUseError(options.name, options.port ?? 0)
          : error,
      ),
    );
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    log,
    app,
    control,
    onReset: handler => {
      reset = handler;
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function plainExpress(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  return app;
}
