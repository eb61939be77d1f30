import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import type { JsonObject } from '@backstage/types';
import databricksModule from 'backstage-plugin-modelops-backend-module-databricks';
import knexFactory, { type Knex } from 'knex';
import modelopsPlugin from '../../..';
import { demoEntities } from '../../../__testUtils__/demoCatalog';
import { answerQuestions } from '../answerQuestions';
import { demoUserInfo } from '../fixedServices';
import { shiftDate } from '../shiftedDate';

/*
 * A process with the whole backend plugin on a database that others use too, and with HTTP. It is bundled and started by
 * ChildProcess. Its scheduled tasks run when they are asked for.
 */

/** What can be asked of the process beside HTTP. */
export type ReplicaCalls = typeof calls;

const scheduler = mockServices.scheduler();

const calls = {
  /** Gives the port. */
  async open(options: { knex: Knex.Config; config: JsonObject }) {
    const backend = await startTestBackend({
      features: [
        modelopsPlugin,
        databricksModule,
        catalogServiceMock.factory({ entities: demoEntities() }),
        mockServices.rootConfig.factory({ data: options.config }),
        mockServices.database.factory({
          knex: knexFactory(options.knex),
          migrations: { skip: false },
        }),
        createServiceFactory({
          service: coreServices.scheduler,
          deps: {},
          factory: () => scheduler,
        }),
        createServiceFactory({
          service: coreServices.userInfo,
          deps: {},
          factory: () => demoUserInfo,
        }),
      ],
    });
    return backend.server.port();
  },
  followRuns: () => scheduler.triggerTask('modelops-follow-runs'),
  sealAudit: () => scheduler.triggerTask('modelops-seal-audit'),
  shiftDate: async (ms: number) => shiftDate(ms),
};

answerQuestions(calls);
