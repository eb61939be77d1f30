import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { ProxiedConnection } from './ProxiedConnection';
import type { WireFault } from './wireFault';

/**
 * Stands between the portal and a simulator and breaks what passes: faults below HTTP, which a server cannot make itself. On
 * 127.0.0.1 only, like what it forwards to. Always close it.
 */
export class TcpProxy {
  /** Connections accepted so far. */
  connections = 0;
  /** Bytes handed to each side so far, as far as its socket took them. */
  readonly bytes = { toServer: 0, toClient: 0 };
  private readonly open = new Set<ProxiedConnection>();
  private faults: { fault: WireFault; left: number }[] = [];

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  /** Listens on a free port and forwards to the port of `target`, `http://127.0.0.1:8402`. */
  static async start(target: string): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true });
    const proxy = new TcpProxy(server, await listen(server, 0));
    const host = '127.0.0.1';
    const port = Number(new URL(target).port);
    server.on('connection', client => {
      proxy.connections += 1;
      const connection = new ProxiedConnection(
        client,
        connect({ host, port, allowHalfOpen: true }),
        {
          takeFault: line => proxy.takeFault(line),
          count: (direction, bytes) => {
            proxy.bytes[direction] += bytes;
          },
        },
      );
      proxy.open.add(connection);
      client.once('close', () => proxy.open.delete(connection));
    });
    return proxy;
  }

  /** Where clients connect, `http://127.0.0.1:<port>`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Connections that are open at the moment, idle ones included. */
  get openConnections(): number {
    return this.open.size;
  }

  /** Adds a fault. It strikes requests that begin from now on, on open connections too. */
  fault(fault: WireFault): void {
    this.faults.push({ fault, left: fault.count ?? Infinity });
  }

  /** From now on, requests pass. What is broken already stays broken. */
  clearFaults(): void {
    this.faults = [];
  }

  /** Closes the port: open connections are reset, new ones refused. */
  async refuse(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise(resolve => this.server.close(resolve));
    for (const connection of this.open) connection.reset();
    this.open.clear();
    await closed;
  }

  /** Opens the port again. */
  async accept(): Promise<void> {
    if (!this.server.listening) await listen(this.server, this.port);
  }

  async close(): Promise<void> {
    await this.refuse();
  }

  private takeFault(requestLine: string): WireFault | undefined {
    const found = this.faults.find(
      ({ fault, left }) => left > 0 && requestLine.startsWith(fault.at ?? ''),
    );
    if (found) found.left -= 1;
    return found?.fault;
  }
}

/** Listens on 127.0.0.1 and gives the port. */
async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}
