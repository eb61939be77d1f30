import type { z } from 'zod';
import type { Connection } from './Connection';
import type { PlatformCall } from './ModelPlatform';
import { parseJson } from './parseJson';
import { invalidAnswer, type PlatformError } from './PlatformError';
import {
  platformFetch,
  type PlatformRequest,
  type PlatformResponse,
} from './platformFetch';

/** Begins the `User-Agent`, which a platform may keep in its audit log beside the person. */
const PRODUCT = 'backstage-modelops';
/** Longest list read unless told, in pages. */
const MAX_PAGES = 20;

/** One request of a `PlatformClient`; a platform adds what its error sentences need. @public */
export interface ClientRequest
  extends Pick<PlatformRequest, 'path' | 'query' | 'maxBytes' | 'deadlineMs'> {
  /** What it is about, for messages: `job/8123`. */
  target: string;
  /** Another host than `settings.host`. It gets the credential, so it comes from app-config, or was checked like a host there. */
  host?: string;
  /** Our id of the run it is about; the platform sees it in the `User-Agent`. */
  runId?: string;
}

/** One request that changes something. @public */
export type ClientWrite<R extends ClientRequest> = R & {
  body?: Record<string, unknown>;
  /** `read` only for what may be done twice. */
  repeat: PlatformRequest['repeat'];
};

/** The pages of a list that were read. @public */
export interface ClientPages<Page> {
  pages: Page[];
  /** Whether these are all there are. */
  complete: boolean;
}

/**
 * Calls the JSON API of one connection with whatever credential it is handed, and knows no API by itself: a platform's module
 * says how its errors, its pages and its JSON look. Every answer goes through a schema.
 * @public
 */
export abstract class PlatformClient<
  Settings extends { host: string },
  Request extends ClientRequest,
  Page,
> {
  constructor(readonly connection: Connection<Settings>) {}

  get settings(): Settings {
    return this.connection.settings;
  }

  /** The error of an answer that is no success. */
  protected abstract toError(
    response: PlatformResponse,
    request: Request,
  ): PlatformError;

  /** What leads from a page to the next one; undefined or empty on the last. */
  protected abstract nextToken(page: Page): string | undefined;

  /** The request for a later page of the list that `request` begins. */
  protected abstract pageRequest(request: Request, token: string): Request;

  /** Undefined for anything that is not JSON. */
  protected parseJson(text: string): unknown {
    return parseJson(text);
  }

  /** Writes a body. */
  protected stringifyJson(body: Record<string, unknown>): string {
    return JSON.stringify(body);
  }

  /** Path below the host of the connection. */
  protected pathOf(request: Request): string {
    return request.path;
  }

  /** Reads; repeated after 429, 503 and a lost connection. */
  async get<S extends z.ZodType>(
    call: PlatformCall,
    request: Request,
    schema: S,
  ): Promise<z.output<S>> {
    const how = { method: 'GET', repeat: 'read' } as const;
    return this.parse(await this.send(call, request, how), request, schema);
  }

  /** Sends with POST, and reads the answer by the schema. */
  async post<S extends z.ZodType>(
    call: PlatformCall,
    request: ClientWrite<Request>,
    schema: S,
  ): Promise<z.output<S>> {
    const response = await this.change('POST', call, request);
    return this.parse(response, request, schema);
  }

  /** Sends with PUT, and reads the answer by the schema. */
  async put<S extends z.ZodType>(
    call: PlatformCall,
    request: ClientWrite<Request>,
    schema: S,
  ): Promise<z.output<S>> {
    const response = await this.change('PUT', call, request);
    return this.parse(response, request, schema);
  }

  /** Sends with PATCH, and reads the answer by the schema. */
  async patch<S extends z.ZodType>(
    call: PlatformCall,
    request: ClientWrite<Request>,
    schema: S,
  ): Promise<z.output<S>> {
    const response = await this.change('PATCH', call, request);
    return this.parse(response, request, schema);
  }

  /** Sends with DELETE; without a schema for an answer that carries nothing. */
  delete(call: PlatformCall, request: ClientWrite<Request>): Promise<void>;
  delete<S extends z.ZodType>(
    call: PlatformCall,
    request: ClientWrite<Request>,
    schema: S,
  ): Promise<z.output<S>>;
  async delete(
    call: PlatformCall,
    request: ClientWrite<Request>,
    schema?: z.ZodType,
  ): Promise<unknown> {
    const response = await this.change('DELETE', call, request);
    return schema && this.parse(response, request, schema);
  }

  /**
   * Reads a list page by page, up to `maxPages`. A token that comes back is no way forward: the list ends there, `complete`
   * false. Stops early when `enough` says so, which is asked after each page.
   */
  async getPages<S extends z.ZodType<Page>>(
    call: PlatformCall,
    request: Request,
    schema: S,
    limits: {
      maxPages?: number;
      enough?: (pages: z.output<S>[]) => boolean;
    } = {},
  ): Promise<ClientPages<z.output<S>>> {
    const pages: z.output<S>[] = [];
    const seen = new Set<string>();
    let next = request;
    for (let left = limits.maxPages ?? MAX_PAGES; left > 0; left--) {
      const page = await this.get(call, next, schema);
      pages.push(page);
      const token = this.nextToken(page);
      const enough = limits.enough?.(pages) ?? false;
      if (!token || enough) return { pages, complete: !token };
      if (seen.has(token)) return { pages, complete: false };
      seen.add(token);
      next = this.pageRequest(request, token);
    }
    return { pages, complete: false };
  }

  /** Sends a request and gives the answer of any success. */
  async send(
    call: PlatformCall,
    request: Request,
    how: Pick<PlatformRequest, 'method' | 'repeat' | 'body'>,
  ): Promise<PlatformResponse> {
    const response = await platformFetch({
      ...how,
      connection: this.connection.id,
      host: request.host ?? this.settings.host,
      path: this.pathOf(request),
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
      throw this.toError(response, request);
    return response;
  }

  /** A sign-in page with status 200 ends here, too. */
  parse<S extends z.ZodType>(
    response: PlatformResponse,
    request: Request,
    schema: S,
  ): z.output<S> {
    const answer = schema.safeParse(this.parseJson(response.text));
    if (answer.success) return answer.data;
    throw invalidAnswer(
      this.connection.id,
      `sent an answer about ${request.target} that we do not understand`,
    );
  }

  private change(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    call: PlatformCall,
    request: ClientWrite<Request>,
  ): Promise<PlatformResponse> {
    return this.send(call, request, {
      method,
      repeat: request.repeat,
      body: request.body && { json: this.stringifyJson(request.body) },
    });
  }
}
