import type { ServedEntity, ServingEndpoint } from './endpoints';

/** Example rows: an ordinary payment, and one that stands out. */
const EXAMPLE_ROWS = [
  [0.1, 0.3, -0.2, 0.0, 0.1, -0.4],
  [2.1, -1.6, 1.4, 1.8, 1.7, 0.9],
];

/**
 * The query schema of an endpoint, one path per served entity with a signature. Source: Databricks documentation, "Get
 * model serving endpoint schemas".
 */
export function openApiView(
  endpoint: ServingEndpoint,
  host: string,
): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: { title: endpoint.name, version: '1' },
    servers: [{ url: `${host}/serving-endpoints/${endpoint.name}` }],
    paths: Object.fromEntries(
      (endpoint.config?.entities ?? []).map(entity => [
        `/served-models/${entity.name}/invocations`,
        { post: operation(entity) },
      ]),
    ),
  };
}

function operation({ serves: { columns } }: ServedEntity) {
  const double = { type: 'number', format: 'double' };
  return {
    requestBody: {
      content: json({
        oneOf: [splitSchema(columns, double), recordsSchema(columns, double)],
      }),
    },
    responses: {
      '200': {
        description: 'Successful operation',
        content: json({
          type: 'object',
          properties: { predictions: { type: 'array', items: double } },
        }),
      },
    },
  };
}

function splitSchema(columns: string[], double: unknown) {
  return {
    type: 'object',
    properties: {
      dataframe_split: {
        type: 'object',
        properties: {
          columns: {
            description: `required fields: ${columns.join(', ')}`,
            type: 'array',
            items: { enum: columns, type: 'string' },
          },
          data: {
            type: 'array',
            items: { type: 'array', prefixItems: columns.map(() => double) },
          },
        },
      },
    },
    examples: [{ columns, data: EXAMPLE_ROWS }],
  };
}

function recordsSchema(columns: string[], double: unknown) {
  return {
    type: 'object',
    properties: {
      dataframe_records: {
        type: 'array',
        items: {
          required: columns,
          type: 'object',
          properties: Object.fromEntries(
            columns.map(column => [column, double]),
          ),
        },
      },
    },
    examples: [
      {
        dataframe_records: EXAMPLE_ROWS.map(row =>
          Object.fromEntries(
            columns.map((column, index) => [column, row[index]]),
          ),
        ),
      },
    ],
  };
}

function json(schema: unknown) {
  return { 'application/json': { schema } };
}
