import type { z } from 'zod';
import { parseEntityRef } from './parseEntityRef';
import type { RunAction } from './actions';
import type { ExportAuditQuery, ListAuditQuery } from './audit';
import type { ModelopsApi } from './ModelopsApi';
import { ModelopsError } from './ModelopsError';
import type { FormQuery } from './form';
import type { ListModelsQuery } from './model';
import type { PredictionFormQuery, PredictRequest } from './prediction';
import type { ListRegisteredModelsQuery } from './registeredModel';
import {
  IDEMPOTENCY_KEY_HEADER,
  IDENTITY_TOKEN_HEADER,
  REST_ROUTES,
  type RestRoute,
} from './restApi';
import type { ListRunsQuery, StartRunRequest } from './run';
import type { TargetQuery } from './serving';
import type { ListVersionsQuery } from './version';

/** What the client needs from its surroundings; Backstage's API refs fit as they are. @public */
export interface ModelopsClientOptions {
  discoveryApi: { getBaseUrl(pluginId: string): Promise<string> };
  fetchApi: { fetch: typeof fetch };
  /**
   * The person's ID token. With `optional`, gives undefined rather than asking the person to sign in. Left out, calls
   * that need a token are refused by the backend.
   */
  getIdToken?: (options: { optional: boolean }) => Promise<string | undefined>;
}

interface Call {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Calls the REST API. The ID token goes to our own backend only, and never over a redirect. @public */
export class ModelopsClient implements ModelopsApi {
  constructor(private readonly options: ModelopsClientOptions) {}

  listModels(query: ListModelsQuery = {}) {
    return this.call(REST_ROUTES.listModels, { query });
  }

  getModel(entityRef: string) {
    return this.call(REST_ROUTES.getModel, { path: parseEntityRef(entityRef) });
  }

  getForm(entityRef: string, action: RunAction, query: FormQuery = {}) {
    return this.call(REST_ROUTES.getForm, {
      path: { ...parseEntityRef(entityRef), action },
      query,
    });
  }

  listVersions(entityRef: string, query: ListVersionsQuery = {}) {
    return this.call(REST_ROUTES.listVersions, {
      path: parseEntityRef(entityRef),
      query,
    });
  }

  getVersion(entityRef: string, version: string) {
    return this.call(REST_ROUTES.getVersion, {
      path: { ...parseEntityRef(entityRef), version },
    });
  }

  getServing(entityRef: string, query: TargetQuery = {}) {
    return this.call(REST_ROUTES.getServing, {
      path: parseEntityRef(entityRef),
      query,
    });
  }

  getPredictionForm(entityRef: string, query: PredictionFormQuery = {}) {
    return this.call(REST_ROUTES.getPredictionForm, {
      path: parseEntityRef(entityRef),
      query,
    });
  }

  predict(request: PredictRequest) {
    return this.call(REST_ROUTES.predict, { body: request });
  }

  startRun(request: StartRunRequest, idempotencyKey: string) {
    return this.call(REST_ROUTES.startRun, {
      body: request,
      headers: { [IDEMPOTENCY_KEY_HEADER]: idempotencyKey },
    });
  }

  listRuns(query: ListRunsQuery = {}) {
    return this.call(REST_ROUTES.listRuns, { query });
  }

  getRun(runId: string) {
    return this.call(REST_ROUTES.getRun, { path: { id: runId } });
  }

  async getRunLogs(runId: string) {
    const response = await this.send(REST_ROUTES.getRunLogs, {
      path: { id: runId },
    });
    return response.text();
  }

  getRunResult(runId: string) {
    return this.call(REST_ROUTES.getRunResult, { path: { id: runId } });
  }

  cancelRun(runId: string) {
    return this.call(REST_ROUTES.cancelRun, { path: { id: runId } });
  }

  listAudit(query: ListAuditQuery = {}) {
    return this.call(REST_ROUTES.listAudit, { query });
  }

  async exportAudit(query: ExportAuditQuery) {
    const response = await this.send(REST_ROUTES.exportAudit, { query });
    return response.blob();
  }

  verifyAudit() {
    return this.call(REST_ROUTES.verifyAudit, {});
  }

  getAccess() {
    return this.call(REST_ROUTES.getAccess, {});
  }

  /** For the catalog's own service only; nobody else gets an answer. */
  listRegisteredModels(
    connection: string,
    query: ListRegisteredModelsQuery = {},
  ) {
    return this.call(REST_ROUTES.listRegisteredModels, {
      path: { id: connection },
      query,
    });
  }

  private async call<S extends z.ZodType>(
    route: RestRoute & { answer: S },
    call: Call,
  ): Promise<z.output<S>> {
    const response = await this.send(route, call);
    const body = await response.json().catch(() => undefined);
    const answer = route.answer.safeParse(body);
    if (!answer.success) {
      throw new ModelopsError(
        response.status,
        'internal',
        'The backend sent an answer this page does not understand; the two may be of different versions.',
      );
    }
    return answer.data;
  }

  private async send(route: RestRoute, call: Call): Promise<Response> {
    const url = await this.urlOf(route, call);
    const idToken = await this.idTokenFor(route);
    const response = await this.options.fetchApi
      .fetch(url, {
        method: route.method.toUpperCase(),
        redirect: 'error',
        headers: {
          ...(call.body === undefined
            ? {}
            : { 'Content-Type': 'application/json' }),
          ...(idToken ? { [IDENTITY_TOKEN_HEADER]: idToken } : {}),
          ...call.headers,
        },
        body: call.body === undefined ? undefined : JSON.stringify(call.body),
      })
      .catch(() => {
        throw new ModelopsError(
          0,
          'internal',
          'The backend did not answer. Check your connection and try again.',
        );
      });
    if (!response.ok) throw await toModelopsError(response);
    return response;
  }

  private async urlOf(route: RestRoute, call: Call): Promise<string> {
    const base = await this.options.discoveryApi.getBaseUrl('modelops');
    const path = route.path.replace(/:(\w+)/g, (_, name) =>
      encodeURIComponent(call.path?.[name] ?? ''),
    );
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) query.set(name, String(value));
    }
    // Not `query.size`, which browsers before 2023 do not have.
    const search = query.toString();
    return `${base}/v1${path}${search && `?${search}`}`;
  }

  private async idTokenFor(route: RestRoute): Promise<string | undefined> {
    if (route.idToken === 'unused') return undefined;
    return this.options.getIdToken?.({
      optional: route.idToken === 'accepted',
    });
  }
}

/** Backstage's error body, as far as it can be trusted to be there. */
async function toModelopsError(response: Response): Promise<ModelopsError> {
  const body = await response.json().catch(() => undefined);
  const { code, message } = (body?.error ?? {}) as {
    code?: unknown;
    message?: unknown;
  };
  return new ModelopsError(
    response.status,
    typeof code === 'string' ? code : 'internal',
    typeof message === 'string' && message
      ? message
      : `The backend answered ${response.status}.`,
    readRetryAfter(response.headers.get('retry-after')),
  );
}

function readRetryAfter(text: string | null): number | undefined {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
