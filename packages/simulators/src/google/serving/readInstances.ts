import { invalidArgument } from '../googleErrors';

/**
 * Rows for a model from the instances of a request, columns in the model's order: objects with every column, or arrays as
 * long. The texts are those of the simulated model server; the API passes them on.
 */
export function readInstances(
  instances: unknown[],
  columns: string[],
): number[][] {
  return instances.map((instance, index) => {
    if (Array.isArray(instance)) {
      if (instance.length !== columns.length)
        throw refused(
          index,
          `expected ${columns.length} numbers, got ${instance.length}`,
        );
      return instance.map((cell, at) => toNumber(cell, columns[at], index));
    }
    if (typeof instance !== 'object' || instance === null)
      throw refused(index, 'expected an object or an array');
    const fields = instance as Record<string, unknown>;
    const unknown = Object.keys(fields).find(name => !columns.includes(name));
    if (unknown) throw refused(index, `unknown feature "${unknown}"`);
    return columns.map(column => toNumber(fields[column], column, index));
  });
}

function toNumber(cell: unknown, column: string, index: number): number {
  if (typeof cell === 'number') return cell;
  throw refused(
    index,
    cell === undefined
      ? `feature "${column}" is missing`
      : `feature "${column}" must be a number`,
  );
}

function refused(index: number, reason: string) {
  return invalidArgument(`instance ${index}: ${reason}`);
}
