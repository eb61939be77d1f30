import {
  platformFetch,
  type Connection,
  type PlatformCall,
  type PlatformRequest,
  type PlatformResponse,
} from 'backstage-plugin-modelops-node';
import type { z } from 'zod';
import { invalidAnswer, toPlatformError, type Purpose } from './vertexErrors';
import { parseJson } from './vertexJson';
import { parseName, type VertexName } from './vertexNames';
import type { VertexSettings } from './vertexSettings';

/** Begins the `User-Agent`, which Google keeps in its audit log beside the person. */
const PRODUCT = 'backstage-modelops';
/** Longest list read unless told, in pages. */
const MAX_PAGES = 20;

/** One request to Vertex AI, or to another API of Google's that a connection names. @internal */
export interface VertexRequest extends Purpose {
  /**
   * Below the location of the connection, `customJobs/12:cancel`; with a slash in front, from the root of the host. Made of
   * names that were checked, never of what an answer holds.
   */
  path: string;
  /** Vertex AI's own unless told; one of the connection's settings. */
  host?: string;
  query?: PlatformRequest['query'];
  /** Our id of the run it is about; Google shows it in its audit log, in the `User-Agent`. */
  runId?: string;
  maxBytes?: number;
  /** Longest time for the whole request, in milliseconds; that of `platformFetch` unless told. */
  deadlineMs?: number;
}

/** One request that changes something. @internal */
export type VertexWrite = VertexRequest & {
  body?: Record<string, unknown>;
  /** `read` only for what may be done twice. */
  repeat: PlatformRequest['repeat'];
};

/** A page of a list. @internal */
export interface VertexPage {
  nextPageToken?: string;
}

/** Calls the APIs of one project and location with whatever credential it is handed. @internal */
export class VertexClient {
  /** Answers name a project by its number; learned from the first one, if the connection does not say it. */
  private projectNumber?: string;

  constructor(readonly connection: Connection<VertexSettings>) {
    this.projectNumber = connection.settings.projectNumber;
  }

  get settings(): VertexSettings {
    return this.connection.settings;
  }

  /** Reads; repeated after 429, 503 and a lost connection. */
  async get<S extends z.ZodType>(
    call: PlatformCall,
    request: VertexRequest,
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
    request: VertexWrite,
    schema: S,
  ): Promise<z.output<S>> {
    return this.write('POST', call, request, schema);
  }

  /** `query.updateMask` says what is changed. */
  patch<S extends z.ZodType>(
    call: PlatformCall,
    request: VertexWrite,
    schema: S,
  ): Promise<z.output<S>> {
    return this.write('PATCH', call, request, schema);
  }

  delete<S extends z.ZodType>(
    call: PlatformCall,
    request: VertexWrite,
    schema: S,
  ): Promise<z.output<S>> {
    return this.write('DELETE', call, request, schema);
  }

  /**
   * Reads a list page by page, up to `maxPages`. A token that comes back is no way forward: the list ends there, `complete`
   * false. Stops early when `enough` says so, which is asked after each page.
   */
  async getPages<S extends z.ZodType<VertexPage>>(
    call: PlatformCall,
    request: VertexRequest,
    schema: S,
    limits: {
      maxPages?: number;
      enough?: (pages: z.output<S>[]) => boolean;
    } = {},
  ): Promise<{ pages: z.output<S>[]; complete: boolean }> {
    const pages: z.output<S>[] = [];
    const seen = new Set<string>();
    let pageToken: string | undefined;
    for (let left = limits.maxPages ?? MAX_PAGES; left > 0; left--) {
      const page = await this.get(
        call,
        { ...request, query: { ...request.query, pageToken } },
        schema,
      );
      pages.push(page);
      pageToken = page.nextPageToken || undefined; // an empty text is no token
      const enough = limits.enough?.(pages) ?? false;
      if (!pageToken || enough) return { pages, complete: !pageToken };
      if (seen.has(pageToken)) return { pages, complete: false };
      seen.add(pageToken);
    }
    return { pages, complete: false };
  }

  /** Sends a request and gives the answer of any success. */
  async send(
    call: PlatformCall,
    request: VertexRequest,
    how: Pick<PlatformRequest, 'method' | 'repeat' | 'body'>,
  ): Promise<PlatformResponse> {
    const { id } = this.connection;
    const response = await platformFetch({
      ...how,
      connection: id,
      host: request.host ?? this.settings.host,
      path: this.pathOf(request.path),
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
      throw toPlatformError(
        { id, project: this.settings.project },
        response,
        request,
      );
    return response;
  }

  /** A sign-in page with status 200 ends here, too. */
  parse<S extends z.ZodType>(
    response: PlatformResponse,
    request: VertexRequest,
    schema: S,
  ): z.output<S> {
    const answer = schema.safeParse(parseJson(response.text));
    if (answer.success) return answer.data;
    throw invalidAnswer(
      this.connection.id,
      `sent an answer about ${request.target} that we do not understand`,
    );
  }

  /**
   * What an answer to a request of this connection calls itself. Throws `platform-response-invalid` for anything that is not
   * in the collection, project and location that were asked for.
   */
  ownName(text: string | undefined, collection: string): VertexName {
    const name = parseName(text);
    if (
      name?.collection === collection &&
      name.location === this.settings.location
    ) {
      // Its project can only be ours: the path of the request said so.
      if (/^[0-9]+$/.test(name.project)) this.projectNumber ??= name.project;
      if (this.isOurs(name)) return name;
    }
    throw invalidAnswer(
      this.connection.id,
      `named something else than what it was asked for (${collection})`,
    );
  }

  /** Whether a name in an answer lies in the project and location of this connection. */
  isOurs({ project, location }: Pick<VertexName, 'project' | 'location'>) {
    return (
      location === this.settings.location &&
      (project === this.settings.project || project === this.projectNumber)
    );
  }

  /** Full name of something of this connection, for bodies and filters: `models/m@3`. */
  nameOf(relative: string): string {
    const { project, location } = this.settings;
    return `projects/${project}/locations/${location}/${relative}`;
  }

  private pathOf(path: string): string {
    return path.startsWith('/') ? path : `/v1/${this.nameOf(path)}`;
  }

  private async write<S extends z.ZodType>(
    method: 'POST' | 'PATCH' | 'DELETE',
    call: PlatformCall,
    request: VertexWrite,
    schema: S,
  ): Promise<z.output<S>> {
    const response = await this.send(call, request, {
      method,
      repeat: request.repeat,
      body: request.body && { json: JSON.stringify(request.body) },
    });
    return this.parse(response, request, schema);
  }
}
