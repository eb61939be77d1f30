import {
  invalidAnswer,
  PlatformClient,
  type ClientRequest,
  type ClientWrite,
  type Connection,
  type PlatformError,
  type PlatformResponse,
} from 'backstage-plugin-modelops-node';
import { toPlatformError, type Purpose } from './vertexErrors';
import { parseName, type VertexName } from './vertexNames';
import type { VertexSettings } from './vertexSettings';

/**
 * One request to Vertex AI, or to another API of Google's that a connection names. `path` lies below the location of the
 * connection, `customJobs/12:cancel`; with a slash in front, below the root of the host. It is made of names that were checked,
 * never of what an answer holds.
 * @internal
 */
export type VertexRequest = ClientRequest & Purpose;

/** One request that changes something. @internal */
export type VertexWrite = ClientWrite<VertexRequest>;

/** A page of a list. @internal */
export interface VertexPage {
  nextPageToken?: string;
}

/** Calls the APIs of one project and location with whatever credential it is handed. @internal */
export class VertexClient extends PlatformClient<
  VertexSettings,
  VertexRequest,
  VertexPage
> {
  /** Answers name a project by its number; learned from the first one, if the connection does not say it. */
  private projectNumber?: string;

  constructor(connection: Connection<VertexSettings>) {
    super(connection);
    this.projectNumber = connection.settings.projectNumber;
  }

  protected toError(
    response: PlatformResponse,
    request: VertexRequest,
  ): PlatformError {
    const { id, settings } = this.connection;
    return toPlatformError(
      { id, project: settings.project },
      response,
      request,
    );
  }

  protected nextToken(page: VertexPage): string | undefined {
    return page.nextPageToken;
  }

  protected pageRequest(
    request: VertexRequest,
    pageToken: string,
  ): VertexRequest {
    return { ...request, query: { ...request.query, pageToken } };
  }

  protected pathOf({ path }: VertexRequest): string {
    return path.startsWith('/') ? path : `/v1/${this.nameOf(path)}`;
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
}
