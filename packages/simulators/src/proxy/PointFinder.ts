import type { WirePoint } from './wireFault';

const END_OF_HEAD = '\r\n\r\n';

/** Follows one HTTP message, piece by piece, and finds a point in it. */
export class PointFinder {
  private seen = 0;
  private bodyAt = Infinity;
  /** The last bytes seen: the end of the head may come in two pieces. */
  private tail = '';

  /** How many bytes of the next piece lie before the point, and whether the point is reached with them. */
  pass(piece: Buffer, point: WirePoint): { bytes: number; reached: boolean } {
    if (this.bodyAt === Infinity) this.findBody(piece);
    const at = point.of.endsWith('body')
      ? this.bodyAt + point.bytes
      : point.bytes;
    const bytes = Math.min(piece.length, Math.max(0, at - this.seen));
    this.seen += piece.length;
    return { bytes, reached: this.seen >= at };
  }

  private findBody(piece: Buffer): void {
    const text = this.tail + piece.toString('latin1');
    const end = text.indexOf(END_OF_HEAD);
    if (end >= 0)
      this.bodyAt = this.seen - this.tail.length + end + END_OF_HEAD.length;
    this.tail = text.slice(1 - END_OF_HEAD.length);
  }
}
