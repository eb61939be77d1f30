import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PointFinder } from './PointFinder';
import type { WireFault } from './wireFault';

/** Our clients send a request after the answer to the one before, so its line is at the beginning of a piece. */
const REQUEST_LINE = /^(GET|POST|PUT|PATCH|DELETE) [^\r\n]*/;
/** Size of the pieces a flood is sent in. */
const FLOOD_PIECE = Buffer.alloc(64 * 1024, 'a');

/** What a connection needs of its proxy. */
export interface Wire {
  /** The fault that strikes the request with this line, if any. */
  takeFault(requestLine: string): WireFault | undefined;
  count(direction: 'toServer' | 'toClient', bytes: number): void;
}

/** One connection of a client and its counterpart at the server, carried piece by piece in both directions. */
export class ProxiedConnection {
  private readonly over = new AbortController();
  /** What happens to the exchange under way. */
  private fault: WireFault | undefined;
  private request = new PointFinder();
  private answer = new PointFinder();
  private silent = false;
  private delayed = false;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly wire: Wire,
  ) {
    for (const socket of [client, server]) {
      // Errors end the loops below; without a listener they would end the process.
      socket.on('error', () => {});
    }
    client.once('close', () => {
      this.over.abort();
      server.destroy();
    });
    this.carryRequests().catch(() => this.breakOff());
    this.carryAnswers().catch(() => this.breakOff());
  }

  reset(): void {
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }

  /** What one side does is seen by the other, unless it is to hear nothing any more. */
  private breakOff(): void {
    if (!this.silent) this.reset();
  }

  private async carryRequests(): Promise<void> {
    for await (const piece of piecesOf(this.client)) {
      const line = REQUEST_LINE.exec(piece.toString('latin1'))?.[0];
      if (line) this.beginExchange(line);
      await this.carry(piece, 'request');
    }
    // A client that hangs up on silence has given up; any other may still wait for its answer.
    if (this.silent) this.client.destroy();
    else this.server.end();
  }

  private beginExchange(line: string): void {
    this.fault = this.wire.takeFault(line);
    this.request = new PointFinder();
    this.answer = new PointFinder();
    this.delayed = false;
  }

  private async carryAnswers(): Promise<void> {
    for await (const piece of piecesOf(this.server)) {
      if (this.fault?.effect === 'delay' && !this.delayed) {
        this.delayed = true;
        await this.pause(this.fault.ms);
      }
      if (this.fault?.effect === 'drip') {
        await this.drip(piece, this.fault.bytes, this.fault.everyMs);
      } else if (this.fault?.effect === 'flood') {
        await this.flood(this.fault.bytes);
        break;
      } else {
        await this.carry(piece, 'answer');
      }
    }
    if (!this.silent) this.client.end();
  }

  /** Hands a piece on as far as the fault lets it, and does what the fault does there. */
  private async carry(
    piece: Buffer,
    what: 'request' | 'answer',
  ): Promise<void> {
    if (this.silent) return;
    const stop =
      this.fault &&
      'after' in this.fault &&
      this.fault.after.of.startsWith(what)
        ? this.fault
        : undefined;
    const { bytes, reached } = stop
      ? this[what].pass(piece, stop.after)
      : { bytes: piece.length, reached: false };
    // Before the last bytes are out, so that nothing of the other direction slips through.
    if (reached && stop?.effect === 'silence') this.silent = true;
    const passing = piece.subarray(0, bytes);
    if (what === 'request') await this.send('toServer', passing);
    else await this.send('toClient', passing);
    if (reached && stop?.effect === 'reset') this.reset();
  }

  private async drip(
    piece: Buffer,
    bytes: number,
    everyMs: number,
  ): Promise<void> {
    for (let at = 0; at < piece.length; at += bytes) {
      await this.send('toClient', piece.subarray(at, at + bytes));
      await this.pause(everyMs);
    }
  }

  private async flood(bytes: number): Promise<void> {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\nconnection: close\r\n\r\n`;
    await this.send('toClient', Buffer.from(head));
    for (let left = bytes; left > 0; left -= FLOOD_PIECE.length)
      await this.send('toClient', FLOOD_PIECE.subarray(0, left));
  }

  /** Waits until the other side's socket has taken it, so that nothing piles up here and the counters are true. */
  private async send(
    direction: 'toServer' | 'toClient',
    piece: Buffer,
  ): Promise<void> {
    if (piece.length === 0) return;
    const to = direction === 'toServer' ? this.server : this.client;
    await new Promise<void>((resolve, reject) =>
      to.write(piece, error => (error ? reject(error) : resolve())),
    );
    this.wire.count(direction, piece.length);
  }

  private pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { ref: false, signal: this.over.signal });
  }
}

/** Pieces as they arrive. The socket stays open when the other side has said all it has to say. */
function piecesOf(socket: Socket): AsyncIterable<Buffer> {
  return {
    [Symbol.asyncIterator]: () => socket.iterator({ destroyOnReturn: false }),
  };
}
