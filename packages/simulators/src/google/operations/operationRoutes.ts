import type { Express } from 'express';
import type { ApiCall, ApiRoute } from '../apiRoute';
import { failedPrecondition, notFound } from '../googleErrors';
import { listPage } from '../listPage';
import { LOCATION, PROJECT_NUMBER } from '../names';
import type { Operation } from './operations';
import type { OperationTimers } from './OperationTimers';

/** The official clients ask below `/ui`, which the API serves, too. Source: aiplatform_v1.yaml, http rules. */
const PREFIXES = ['/v1', '/ui'];
const OPERATIONS =
  '/projects/:project/locations/:location/:collection/:id/operations';
const OPERATION = `${OPERATIONS}/:operation([^:/]+)`;
/** Source: google.longrunning.Operations. */
const PAGES = { default: 100, max: 1000 };

/** How long `wait` keeps a caller at most, and how often it looks, in milliseconds. */
const LONGEST_WAIT_MS = 20_000;
const LOOK_MS = 10;

/** Long-running operations. Source: reference, google section 3.7. */
export function operationRoutes(
  app: Express,
  api: ApiRoute,
  timers: () => OperationTimers,
): void {
  for (const prefix of PREFIXES) {
    app.get(
      prefix + OPERATIONS,
      api(undefined, call => {
        requireGet(call);
        const { items, nextPageToken } = listPage(
          call,
          [...call.cloud.operations.values()].filter(({ name }) =>
            name.startsWith(`${resourceOf(call)}/operations/`),
          ),
          PAGES,
        );
        return {
          ...(items.length > 0 && { operations: items }),
          ...(nextPageToken && { nextPageToken }),
        };
      }),
    );
    app.get(
      prefix + OPERATION,
      api(undefined, call => readOperation(call)),
    );
    app.post(
      `${prefix + OPERATION}\\:wait`,
      api(undefined, async call => {
        const operation = readOperation(call);
        const until = Date.now() + waitMilliseconds(call);
        while (!operation.done && Date.now() < until)
          await new Promise(resolve => setTimeout(resolve, LOOK_MS));
        return operation;
      }),
    );
    app.post(
      `${prefix + OPERATION}\\:cancel`,
      api(undefined, call => {
        const operation = readOperation(call);
        const plan = timers().planOf(operation);
        if (plan) {
          call.require(plan.permission, plan.resource);
          timers().cancel(operation);
        }
        return {};
      }),
    );
    app.delete(
      prefix + OPERATION,
      api(undefined, call => {
        const operation = readOperation(call);
        call.require(permissionOn(call, 'delete'), resourceOf(call));
        // That a running one is refused is not established.
        if (!operation.done)
          throw failedPrecondition('The operation is still running.');
        call.cloud.operations.delete(operation.name);
        return {};
      }),
    );
  }
}

function readOperation(call: ApiCall): Operation {
  requireGet(call);
  const name = `${resourceOf(call)}/operations/${call.param('operation')}`;
  const operation = call.cloud.operations.get(name);
  if (operation) return operation;
  throw notFound('The operation does not exist.');
}

/** Reading an operation needs `get` of its collection. */
function requireGet(call: ApiCall): void {
  call.require(permissionOn(call, 'get'), resourceOf(call));
}

function permissionOn(call: ApiCall, verb: 'get' | 'delete'): string {
  return `aiplatform.${call.param('collection')}.${verb}`;
}

function resourceOf(call: ApiCall): string {
  return `projects/${PROJECT_NUMBER}/locations/${LOCATION}/${call.param(
    'collection',
  )}/${call.param('id')}`;
}

/** `timeout` in the body or the query: a duration like `2.5s`. */
function waitMilliseconds(call: ApiCall): number {
  const text = String(call.body().timeout ?? call.query('timeout') ?? '');
  const seconds = Number(/^(\d+(?:\.\d+)?)s$/.exec(text)?.[1] ?? Infinity);
  return Math.min(seconds * 1000, LONGEST_WAIT_MS);
}
