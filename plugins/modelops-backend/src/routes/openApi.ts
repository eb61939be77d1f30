import {
  ERROR_CODES,
  IDEMPOTENCY_KEY_HEADER,
  IDENTITY_TOKEN_HEADER,
  REST_ROUTES,
  type RestRoute,
} from 'backstage-plugin-modelops-common';
import { z } from 'zod';

/** The REST API as an OpenAPI 3.1 document, made from the same table that the routes are mounted from. */
export function openApiDocument() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [operationId, route] of Object.entries(REST_ROUTES) as [
    string,
    RestRoute,
  ][]) {
    const path = `/v1${route.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = {
      ...paths[path],
      [route.method]: toOperation(operationId, route),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'modelops',
      version: '1',
      description:
        "Train, Deploy and Serve machine-learning models as the person who asks. Every call needs a Backstage user token; services are refused, but for the one route of the catalog's own service.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/modelops' }],
    security: [{ backstage: [] }],
    paths,
    components: {
      securitySchemes: {
        backstage: {
          type: 'http',
          scheme: 'bearer',
          description: 'Backstage user token',
        },
      },
      schemas: { Error: errorSchema() },
    },
  };
}

function toOperation(operationId: string, route: RestRoute) {
  return {
    operationId,
    summary: route.summary,
    parameters: [
      ...toParameters('path', route.pathParameters),
      ...toParameters('query', route.query),
      ...headersOf(route),
    ],
    ...(route.body && {
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: toJsonSchema(route.body, 'input') },
        },
      },
    }),
    responses: {
      [route.status]: { description: 'Success', content: contentOf(route) },
      default: {
        description: 'Refused or failed',
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Error' },
          },
        },
      },
    },
  };
}

function toParameters(
  where: 'path' | 'query',
  schema: z.ZodObject | undefined,
) {
  if (!schema) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, 'input') as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
}

function headersOf(route: RestRoute) {
  const header = (name: string, required: boolean, description: string) => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string' },
  });
  return [
    ...(route.idToken === 'unused'
      ? []
      : [
          header(
            IDENTITY_TOKEN_HEADER,
            route.idToken === 'required',
            "The person's own OIDC ID token, at most 8 kB",
          ),
        ]),
    ...(route.idempotencyKey
      ? [
          header(
            IDEMPOTENCY_KEY_HEADER,
            true,
            '16 to 128 of A-Z a-z 0-9 _ -; the same key and request give the same run',
          ),
        ]
      : []),
  ];
}

function contentOf(route: RestRoute) {
  if (route.answer === 'text/plain')
    return { 'text/plain': { schema: { type: 'string' } } };
  if (route.answer === 'download') {
    const file = { schema: { type: 'string' } };
    return { 'application/jsonl': file, 'text/csv': file };
  }
  if (route.answer === 'openapi')
    return { 'application/json': { schema: { type: 'object' } } };
  return {
    'application/json': { schema: toJsonSchema(route.answer, 'output') },
  };
}

function errorSchema() {
  return {
    type: 'object',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['name', 'message'],
        properties: {
          name: { type: 'string' },
          message: { type: 'string' },
          code: {
            type: 'string',
            enum: Object.keys(ERROR_CODES),
            description: 'Stable; switch on this',
          },
        },
      },
    },
  };
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
  });
  return json;
}
