import type { LoggerService } from '@backstage/backend-plugin-api';
import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import { ConfigReader } from '@backstage/config';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { JsonObject } from '@backstage/types';
import databricksModule from 'backstage-plugin-modelops-backend-module-databricks';
import vertexModule from 'backstage-plugin-modelops-backend-module-vertex-ai';
import type {
  AuditEntry,
  AuditVerification,
  StartRunRequest,
} from 'backstage-plugin-modelops-common';
import { IDENTITY_TOKEN_HEADER } from 'backstage-plugin-modelops-common';
import type { ModelPlatform } from 'backstage-plugin-modelops-node';
import type { Request } from 'express';
import type { Knex } from 'knex';
import { vertexEntities } from '../../__testUtils__/vertexDemo';
import { MappingHistory } from '../../access/MappingHistory';
import { RoleMappingReloader } from '../../access/RoleMappingReloader';
import { createAuditServices } from '../../auditServices';
import { readModelopsConfig } from '../../config/readModelopsConfig';
import { openDatabase } from '../../database/migrate';
import { sharedKey } from '../../database/sharedKey';
import { codeOf } from '../../errors';
import { PlatformRegistry } from '../../platforms/ConnectionRegistry';
import { RequestCallers } from '../../routes/requestCaller';
import { createServices } from '../../services';
import {
  allowAll,
  demoUserInfo,
  noAuth,
  whoTheRequestSays,
} from './fixedServices';
import { PassingLedger } from './PassingLedger';

/** A request of a person, as it arrives. */
export interface Asking {
  person: string;
  idToken: string;
  /** W3C trace id, to find the entries of the request by. */
  traceId: string;
}

/** What a person gets to see: a run, or the code of an error. */
export type Answer =
  | { status: 202; runId: string; state: string }
  | { status: 'error'; code: string; message: string };

/** What a bare portal stands on. */
export interface Ground {
  knex: Knex;
  /** app-config. */
  config: JsonObject;
  logger: LoggerService;
  /** Told of each point the portal passes; what it gives back is waited for, unless a transaction is open. */
  pass?: (point: string) => unknown;
  /** Told of each entry whose commit was answered. */
  witness?: (entry: AuditEntry) => void;
  /** Puts something around the platform. */
  around?: (platform: ModelPlatform) => ModelPlatform;
}

/**
 * The real services on a real database, without Backstage's portal around them: the catalog is fixed, permissions allow
 * everything, and a person is who the request says, so that it is up in a moment and anything can be put around it.
 */
export class BarePortal {
  private constructor(
    private readonly app: ReturnType<typeof createServices>,
    private readonly keeping: Awaited<ReturnType<typeof createAuditServices>>,
    private readonly callers: RequestCallers,
    /** Somebody edits the roles in app-config. */
    readonly reload: (changed: JsonObject) => Promise<void>,
  ) {}

  /** In the order of plugin.ts, up to the first checkpoint. `onOpen` is called once the tables are there. */
  static async open(ground: Ground, onOpen = () => {}): Promise<BarePortal> {
    const { knex, logger } = ground;
    const platforms = await installedPlatforms(ground.around);
    const read = (config: JsonObject) =>
      readModelopsConfig(new ConfigReader(config), {
        platforms: [...platforms.platforms.values()],
        exchangers: [...platforms.exchangers.values()],
        production: false,
      });
    const config = read(ground.config);
    const clock = () => new Date();
    const db = await openDatabase({ getClient: async () => knex });
    onOpen();
    const hashKey = await sharedKey(db, 'audit-hash', clock);
    const ledger = new PassingLedger(
      { db, clock, logger },
      { pass: ground.pass ?? (() => {}), witness: ground.witness },
    );
    const keeping = await createAuditServices({
      config: config.audit,
      db,
      ledger,
      clock,
      logger,
    });
    const catalog = new InMemoryCatalogClient({
      entities: vertexEntities(),
    }) as unknown as CatalogService;
    const app = createServices({
      config,
      platforms,
      db,
      ledger,
      hashKey,
      catalog,
      auth: noAuth,
      permissions: allowAll,
      clock,
      logger,
    });
    const reloader = new RoleMappingReloader({
      roles: app.roles,
      history: new MappingHistory({ db, ledger, hashKey, clock }),
      clock,
      logger,
    });
    await reloader.start();
    await keeping.sealer.seal('now');
    const callers = new RequestCallers({
      httpAuth: whoTheRequestSays,
      userInfo: demoUserInfo,
      auth: noAuth,
      catalog,
      identity: config.identity,
      verifier: app.verifier,
      journal: app.journal,
    });
    return new BarePortal(app, keeping, callers, changed =>
      reloader.consider({ roles: read(changed).mapping }),
    );
  }

  /** `POST /runs`. */
  start(
    asking: Asking,
    idempotencyKey: string,
    request: StartRunRequest,
  ): Promise<Answer> {
    return answerOf(async () => {
      const caller = await this.callers.identified(toRequest(asking));
      return this.app.runs.start(request, idempotencyKey, caller);
    });
  }

  /** `POST /runs/:id/cancel`. */
  cancel(asking: Asking, runId: string): Promise<Answer> {
    return answerOf(async () => {
      const caller = await this.callers.identified(toRequest(asking));
      return this.app.jobs.cancel(runId, caller);
    });
  }

  /** What the scheduler does every few seconds. */
  tick(): Promise<void> {
    return this.app.reconciler.tick(new AbortController().signal);
  }

  /** What the scheduler does for the ledger, without waiting until it is due. */
  async seal(): Promise<void> {
    await this.keeping.sealer.seal('now');
    await this.keeping.delivery.deliver();
  }

  verify(): Promise<AuditVerification> {
    return this.keeping.verifier.verify();
  }
}

/** The real modules, asked as the backend asks them for what they add. */
async function installedPlatforms(
  around: Ground['around'] = platform => platform,
): Promise<PlatformRegistry> {
  const platforms = new PlatformRegistry();
  const add = platforms.addPlatform.bind(platforms);
  platforms.addPlatform = platform => add(around(platform));
  for (const feature of [databricksModule, vertexModule]) {
    const { getRegistrations } = feature as unknown as {
      getRegistrations(): Array<{
        init: { func(deps: object): Promise<void> };
      }>;
    };
    for (const { init } of getRegistrations()) await init.func({ platforms });
  }
  return platforms;
}

async function answerOf(
  ask: () => Promise<{ id: string; state: string }>,
): Promise<Answer> {
  try {
    const { id, state } = await ask();
    return { status: 202, runId: id, state };
  } catch (error) {
    const { message } = error as Error;
    return { status: 'error', code: codeOf(error), message };
  }
}

/** As much of an HTTP request as is looked at. */
function toRequest({ person, idToken, traceId }: Asking): Request {
  const headers: Record<string, string> = {
    [IDENTITY_TOKEN_HEADER.toLowerCase()]: idToken,
    traceparent: `00-${traceId}-${'1'.repeat(16)}-01`,
  };
  return {
    person,
    ip: '127.0.0.1',
    header: (name: string) => headers[name.toLowerCase()],
  } as unknown as Request;
}
