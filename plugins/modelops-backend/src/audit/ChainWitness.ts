/** One entry of the chain, by what identifies it. */
export interface ChainLink {
  sequence: number;
  hash: string;
}

/**
 * What this process saw of the end of the chain. Entries that are cut off before a checkpoint covers them are missed by nobody
 * else.
 */
export class ChainWitness {
  #newest?: ChainLink;
  #lost?: ChainLink;

  /** Compares the end of the chain with what was written here. False: the end that we wrote is no longer there. */
  sees(end: ChainLink | undefined): boolean {
    const newest = this.#newest;
    if (!newest || (end && end.sequence > newest.sequence)) return true;
    if (end?.sequence === newest.sequence && end.hash === newest.hash)
      return true;
    this.#lost ??= newest;
    return false;
  }

  wrote(end: ChainLink): void {
    this.#newest = end;
  }

  /** Entries that have to be in the chain, by sequence. */
  get links(): ChainLink[] {
    return [this.#lost, this.#newest]
      .filter(link => link !== undefined)
      .sort((a, b) => a.sequence - b.sequence);
  }
}
