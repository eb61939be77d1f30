import type { ModelVersionDetail } from 'backstage-plugin-modelops-common';
import { metricWord } from '../parts/words';

/** Versions that can be compared at once: more columns cannot be read side by side. */
export const FEWEST_COMPARED = 2;
/** The same, at most. */
export const MOST_COMPARED = 5;

/** One parameter or metric of several versions. */
export interface ComparedRow {
  name: string;
  /** One for each version, in their order; absent where it has none. */
  values: ReadonlyArray<string | undefined>;
  differs: boolean;
}

type Compared = Pick<ModelVersionDetail, 'metrics' | 'parameters'>;

/** Parameters and metrics side by side; what differs first, otherwise in the order of the first version that has it. */
export function compareVersions(versions: readonly Compared[]): {
  parameters: ComparedRow[];
  metrics: ComparedRow[];
} {
  return {
    parameters: toRows(versions.map(({ parameters }) => parameters)),
    metrics: toRows(
      versions.map(({ metrics }) =>
        Object.fromEntries(
          metrics.map(({ name, value }) => [name, metricWord(value)]),
        ),
      ),
    ),
  };
}

function toRows(columns: readonly Record<string, string>[]): ComparedRow[] {
  const names = [...new Set(columns.flatMap(column => Object.keys(column)))];
  const rows = names.map(name => {
    const values = columns.map(column =>
      Object.hasOwn(column, name) ? column[name] : undefined,
    );
    return { name, values, differs: new Set(values).size > 1 };
  });
  return [
    ...rows.filter(({ differs }) => differs),
    ...rows.filter(({ differs }) => !differs),
  ];
}
