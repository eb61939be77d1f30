import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An address that a hostile answer names and that nobody may call: counts who does. */
export class Elsewhere {
  private calls = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((_req, res) => {
      this.calls += 1;
      res.end('{}');
    });
  }

  async open(): Promise<void> {
    await new Promise<void>(resolve =>
      this.server.listen(0, '127.0.0.1', resolve),
    );
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/elsewhere`;
  }

  /** Calls since the last time this was asked. */
  takeCalls(): number {
    const { calls } = this;
    this.calls = 0;
    return calls;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }
}
