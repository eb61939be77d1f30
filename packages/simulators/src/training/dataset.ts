/** One bundled data set, split into rows to learn from and rows to measure on. */
export interface Dataset {
  features: number;
  train: Rows;
  test: Rows;
}

/** Feature rows and their labels, 1 for the rare class. */
export interface Rows {
  inputs: number[][];
  labels: number[];
}

const FEATURES = 6;
const TRAIN_ROWS = 640;
const TEST_ROWS = 320;
/** Share of the rare class: so small that a model which never says 1 looks accurate, as with real fraud. */
const RARE_SHARE = 0.12;

/**
 * A data set by name, the same on every machine. It is generated, so it holds nobody's data: the rare class is shifted
 * in each feature and two features count only together, so that a few epochs on it are visibly too few.
 */
export function loadDataset(name: string): Dataset {
  const random = seededRandom(seedOf(name));
  const rows = Array.from({ length: TRAIN_ROWS + TEST_ROWS }, () =>
    makeRow(random),
  );
  return {
    features: FEATURES,
    train: toRows(rows.slice(0, TRAIN_ROWS)),
    test: toRows(rows.slice(TRAIN_ROWS)),
  };
}

interface Row {
  input: number[];
  label: number;
}

function makeRow(random: () => number): Row {
  const label = random() < RARE_SHARE ? 1 : 0;
  const input = Array.from({ length: FEATURES }, () => gaussian(random));
  if (label === 1) {
    input[0] += 1.7;
    input[1] -= 1.4;
    input[2] += 1.1;
    // Large together or small together.
    const sign = random() < 0.5 ? -1 : 1;
    input[3] += 1.6 * sign;
    input[4] += 1.6 * sign;
  }
  return { input, label };
}

function toRows(rows: Row[]): Rows {
  return {
    inputs: rows.map(row => row.input),
    labels: rows.map(row => row.label),
  };
}

/** Mulberry32: small, fast, good enough to draw a data set, and the same everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) % 2 ** 32;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box–Muller. */
function gaussian(random: () => number): number {
  return (
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  );
}

function seedOf(name: string): number {
  return [...name].reduce(
    (seed, character) => (seed * 31 + character.charCodeAt(0)) % 2 ** 32,
    7,
  );
}
