import type { Bench } from './Bench';

/** What the commands know of the bench without looking: enough to tell what a start must be answered. */
export class Model {
  outage = false;
  /** How many doings are held, so that there is something to go on with. */
  held = 0;
  /** How many runs there are, so that there is something to cancel. */
  runs = 0;
  /** Whether the replica's roles let ada train. */
  readonly adaMayTrain = [true, true];

  mayTrain({ person, replica }: { person: string; replica: number }): boolean {
    return person !== 'ada' || this.adaMayTrain[replica];
  }

  /** After each command: what is true of the bench all the time has to be true now. */
  async look(bench: Bench): Promise<void> {
    this.held = bench.heldDoings;
    this.runs = (await bench.rows()).length;
    await bench.look();
  }
}
