import type { Measured } from './measure';

/** One line of the table. */
export interface Row {
  benchmark: string;
  case: string;
  /** Left out where no database takes part. */
  database?: string;
  result: string;
  /** Of the first figure of the result. */
  spread?: number;
  /** What was aimed at, and whether it was reached. */
  aim?: { text: string; met: boolean };
}

const HEADINGS = [
  'Benchmark',
  'Case',
  'Database',
  'Result',
  'Spread',
  'Aim',
  'Met',
];

/** A figure with three digits that say something: `0.0123`, `4.56`, `1 230`. */
export function figure(value: number): string {
  const digits = Number.isInteger(value)
    ? 0
    : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const [whole, rest] = value.toFixed(Math.min(digits, 4)).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return rest ? `${grouped}.${rest}` : grouped;
}

/** The median with its unit, as a result and its spread. */
export function measuredRow(
  row: Omit<Row, 'result' | 'spread'>,
  measured: Measured,
  unit: string,
  more = '',
): Row {
  return {
    ...row,
    result: `${figure(measured.median)} ${unit}${more}`,
    spread: measured.spread,
  };
}

/** For a terminal. */
export function toText(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(toCells)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...lines.map(cells => cells[column].length)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  const [head, ...body] = lines.map(line);
  return [head, '-'.repeat(head.length), ...body].join('\n');
}

/** For docs/benchmarks.md. */
export function toMarkdown(rows: readonly Row[]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [HEADINGS, HEADINGS.map(() => '---'), ...rows.map(toCells)]
    .map(line)
    .join('\n');
}

function toCells(row: Row): string[] {
  return [
    row.benchmark,
    row.case,
    row.database ?? '',
    row.result,
    row.spread === undefined ? '' : `±${Math.round(row.spread * 100)} %`,
    row.aim?.text ?? '',
    metOf(row),
  ];
}

function metOf({ aim }: Row): string {
  if (!aim) return '';
  return aim.met ? 'yes' : 'no';
}
