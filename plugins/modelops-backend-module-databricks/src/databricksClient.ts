import {
  PlatformClient,
  type ClientRequest,
  type ClientWrite,
  type PlatformError,
  type PlatformResponse,
} from 'backstage-plugin-modelops-node';
import { toPlatformError, type Purpose } from './databricksErrors';
import { parseForSchema, stringifyDatabricksJson } from './databricksJson';
import type { DatabricksSettings } from './databricksSettings';

/** One request to the REST API of a workspace. @internal */
export type DatabricksRequest = ClientRequest & Purpose;

/** One request that changes something. @internal */
export type DatabricksWrite = ClientWrite<DatabricksRequest>;

/** A page of a list. @internal */
export interface DatabricksPage {
  next_page_token?: string;
}

/** Calls the REST API of one workspace with whatever credential it is handed. @internal */
export class DatabricksClient extends PlatformClient<
  DatabricksSettings,
  DatabricksRequest,
  DatabricksPage
> {
  protected toError(
    response: PlatformResponse,
    request: DatabricksRequest,
  ): PlatformError {
    return toPlatformError(this.connection.id, response, request);
  }

  protected nextToken(page: DatabricksPage): string | undefined {
    return page.next_page_token;
  }

  protected pageRequest(
    request: DatabricksRequest,
    token: string,
  ): DatabricksRequest {
    return {
      ...request,
      query: { ...request.query, page_token: token },
      // From the second page on, an invalid parameter is the token.
      missingIsInvalid: false,
    };
  }

  protected parseJson(text: string): unknown {
    return parseForSchema(text);
  }

  protected stringifyJson(body: Record<string, unknown>): string {
    return stringifyDatabricksJson(body);
  }
}
