import {
  platformFetch,
  type Connection,
  type PlatformCall,
  type PlatformRequest,
  type PlatformResponse,
} from 'backstage-plugin-modelops-node';
import type { z } from 'zod';
import {
  invalidAnswer,
  toPlatformError,
  type Purpose,
} from './databricksErrors';
import { parseForSchema, stringifyDatabricksJson } from './databricksJson';
import type { DatabricksSettings } from './databricksSettings';

/** Begins the `User-Agent`, which Databricks keeps in its audit log beside the person. */
const PRODUCT = 'backstage-modelops';
/** Longest list read unless told, in pages. */
const MAX_PAGES = 20;

/** One request to the REST API of a workspace. @internal */
export interface DatabricksRequest extends Purpose {
  path: string;
  query?: PlatformRequest['query'];
  /** Our id of the run it is about; Databricks shows it in its audit log. */
  runId?: string;
  maxBytes?: number;
  /** Longest time for the whole request, in milliseconds; that of `platformFetch` unless told. */
  deadlineMs?: number;
}

/** One request that changes something. @internal */
export type DatabricksWrite = DatabricksRequest & {
  body?: Record<string, unknown>;
  /** `read` only for what may be done twice. */
  repeat: PlatformRequest['repeat'];
};

/** A page of a list. @internal */
export interface DatabricksPage {
  next_page_token?: string;
}

/** Calls the REST API of one workspace with whatever credential it is handed. @internal */
export class DatabricksClient {
  constructor(readonly connection: Connection<DatabricksSettings>) {}

  get settings(): DatabricksSettings {
    return this.connection.settings;
  }

  /** Reads; repeated after 429, 503 and a lost connection. */
  async get<S extends z.ZodType>(
    call: PlatformCall,
    request: DatabricksRequest,
    schema: S,
  ): Promise<z.output<S>> {
    const response = await this.send(call, request, {
      method: 'GET',
      repeat: 'read',
    });
    return this.parse(response, request, schema);
  }

  post<S extends z.ZodType>(
    call: PlatformCall,
    request: DatabricksWrite,
    schema: S,
  ): Promise<z.output<S>> {
    return this.write('POST', call, request, schema);
  }

  put<S extends z.ZodType>(
    call: PlatformCall,
    request: DatabricksWrite,
    schema: S,
  ): Promise<z.output<S>> {
    return this.write('PUT', call, request, schema);
  }

  patch<S extends z.ZodType>(
    call: PlatformCall,
    request: DatabricksWrite,
    schema: S,
  ): Promise<z.output<S>> {
    return this.write('PATCH', call, request, schema);
  }

  /** Deletes; the answer carries nothing. */
  async delete(
    call: PlatformCall,
    request: DatabricksRequest & Pick<DatabricksWrite, 'repeat'>,
  ): Promise<void> {
    await this.send(call, request, {
      method: 'DELETE',
      repeat: request.repeat,
    });
  }

  /**
   * Reads a list page by page, up to `maxPages`. A token that comes back is no way forward: the list ends there, `complete`
   * false. Stops early when `enough` says so, which is asked after each page.
   */
  async getPages<S extends z.ZodType<DatabricksPage>>(
    call: PlatformCall,
    request: DatabricksRequest,
    schema: S,
    limits: {
      maxPages?: number;
      enough?: (pages: z.output<S>[]) => boolean;
    } = {},
  ): Promise<{ pages: z.output<S>[]; complete: boolean }> {
    const pages: z.output<S>[] = [];
    const seen = new Set<string>();
    let token: string | undefined;
    for (let left = limits.maxPages ?? MAX_PAGES; left > 0; left--) {
      const page = await this.get(
        call,
        {
          ...request,
          query: { ...request.query, page_token: token },
          // From the second page on, an invalid parameter is the token.
          missingIsInvalid: request.missingIsInvalid && !token,
        },
        schema,
      );
      pages.push(page);
      token = page.next_page_token;
      const enough = limits.enough?.(pages) ?? false;
      if (!token || enough) return { pages, complete: !token };
      if (seen.has(token)) return { pages, complete: false };
      seen.add(token);
    }
    return { pages, complete: false };
  }

  /** Sends a request and gives the answer of any success. */
  async send(
    call: PlatformCall,
    request: DatabricksRequest,
    how: Pick<PlatformRequest, 'method' | 'repeat' | 'body'>,
  ): Promise<PlatformResponse> {
    const response = await platformFetch({
      ...how,
      connection: this.connection.id,
      host: this.settings.host,
      path: request.path,
      query: request.query,
      maxBytes: request.maxBytes,
      deadlineMs: request.deadlineMs,
      credential: call.credential.accessToken,
      signal: call.signal,
      headers: {
        'User-Agent': request.runId
          ? `${PRODUCT} run/${request.runId}`
          : PRODUCT,
      },
    });
    if (response.status < 200 || response.status > 299)
      throw toPlatformError(this.connection.id, response, request);
    return response;
  }

  private async write<S extends z.ZodType>(
    method: 'POST' | 'PUT' | 'PATCH',
    call: PlatformCall,
    request: DatabricksWrite,
    schema: S,
  ): Promise<z.output<S>> {
    const response = await this.send(call, request, {
      method,
      repeat: request.repeat,
      body: request.body && { json: stringifyDatabricksJson(request.body) },
    });
    return this.parse(response, request, schema);
  }

  /** A sign-in page with status 200 ends here, too. */
  parse<S extends z.ZodType>(
    response: PlatformResponse,
    request: DatabricksRequest,
    schema: S,
  ): z.output<S> {
    const answer = schema.safeParse(parseForSchema(response.text));
    if (answer.success) return answer.data;
    throw invalidAnswer(
      this.connection.id,
      `sent an answer about ${request.target} that we do not understand`,
    );
  }
}
