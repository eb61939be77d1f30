import { columnsOf } from '../../training/columns';
import { FORECAST_DATASET } from '../models/registerTrainedVersion';

/** Objects of Cloud Storage by `bucket/object`. */
export type StoredObjects = Map<string, Buffer>;

/** The instance schemas of the demo's models. */
export function demoObjects(): StoredObjects {
  return new Map(
    [
      ['demand-forecast', FORECAST_DATASET],
      ['churn-score', 'growth'],
    ].map(([model, dataset]) => [
      `ml-demo-models/${model}/instance.yaml`,
      Buffer.from(instanceSchema(columnsOf(dataset))),
    ]),
  );
}

/** An OpenAPI 3.0 schema object in YAML, as PredictSchemata wants it: one number for each feature. */
function instanceSchema(columns: string[]): string {
  return [
    'title: Instance',
    'description: One row of standardised features, 0 for the average.',
    'type: object',
    'properties:',
    ...columns.flatMap(column => [
      `  ${column}:`,
      '    type: number',
      '    format: double',
    ]),
    'required:',
    ...columns.map(column => `  - ${column}`),
    'example:',
    ...columns.map((column, index) => `  ${column}: ${index % 2 ? -0.4 : 0.9}`),
    '',
  ].join('\n');
}
