/** Something that stopped at a point. */
export interface Held {
  point: string;
  /** Lets it go on. */
  release(): void;
}

/**
 * What a replica comes by outside of transactions. It can stop the next one that comes by a point, as a pause of the process
 * would, and it can stop everything for ever, as a crash does.
 */
export class Gate {
  private armed?: { point: string; onHeld: (held: Held) => void };
  private dead = false;

  /** Resolves when somebody comes by the point, who is then held there. The next call takes the place of this one. */
  hold(point: string): Promise<Held> {
    return new Promise(resolve => {
      this.armed = { point, onHeld: resolve };
    });
  }

  /** Nobody is held any more who has not come by yet. */
  disarm(): void {
    this.armed = undefined;
  }

  /** From here on nothing of the replica goes on. */
  crash(): void {
    this.dead = true;
  }

  /** Gives whether there was a stop. */
  readonly pass = async (point: string): Promise<boolean> => {
    const stopped = this.armed?.point === point && this.armed;
    if (stopped) {
      this.armed = undefined;
      await new Promise<void>(release => stopped.onHeld({ point, release }));
    }
    if (this.dead) await new Promise(() => {});
    return stopped !== false;
  };
}
