import type {
  CredentialExchanger,
  ModelPlatform,
} from 'backstage-plugin-modelops-node';
import { hostSchema } from 'backstage-plugin-modelops-node';
import { z } from 'zod';

/*
 * A platform and two exchangers that only have configuration, so that the samples do not change with a real platform.
 */

const sampleDeskPlatform: ModelPlatform = {
  id: 'sample-desk',
  title: 'Sample Desk',
  settings: z.object({ host: hostSchema, region: z.string().optional() }),
  resourceForms: ['job/<id>', 'model/<name>'],
  parseResource(text) {
    const job = /^job\/0*([1-9]\d*)$/.exec(text);
    if (job) return { kind: 'job', canonical: `job/${job[1]}` };
    const model = /^model\/([\w.]+)$/.exec(text);
    return model
      ? { kind: 'model', canonical: `model/${model[1].toLowerCase()}` }
      : undefined;
  },
  operationsOf: () => [],
  connect() {
    throw new TypeError('Has no server');
  },
};

/** Reaches people, and principals whose id can exist: it begins with `sp-`. */
const sampleFederation: CredentialExchanger = {
  id: 'sample-federation',
  userSettings: z.object({
    scopes: z.array(z.string()).default(['all']),
    nameClaim: z.string().default('email'),
  }),
  readerSettings: z.object({
    scopes: z.array(z.string()).default(['all']),
    servicePrincipal: z.string(),
  }),
  principalOf({ wanted }) {
    if (wanted.kind === 'person') return String(wanted.claims.email);
    return wanted.id.startsWith('sp-') ? wanted.id : undefined;
  },
  exchange() {
    throw new TypeError('Has no server');
  },
};

/** Reaches only people. */
const samplePersonal: CredentialExchanger = {
  ...sampleFederation,
  id: 'sample-personal',
  userSettings: z.object({}),
  readerSettings: z.object({}),
  principalOf: ({ wanted }) =>
    wanted.kind === 'person' ? String(wanted.claims.email) : undefined,
};

export const sampleModules = {
  platforms: [sampleDeskPlatform],
  exchangers: [sampleFederation, samplePersonal],
};

/** What the config.d.ts of these modules would say. */
export const sampleModulesSchema = {
  type: 'object',
  properties: {
    modelops: {
      type: 'object',
      properties: {
        connections: {
          type: 'object',
          additionalProperties: {
            type: 'object',
            properties: {
              host: { type: 'string' },
              region: { type: 'string' },
              user: {
                type: 'object',
                properties: {
                  scopes: { type: 'array', items: { type: 'string' } },
                  nameClaim: { type: 'string' },
                },
              },
              reader: {
                type: 'object',
                properties: {
                  scopes: { type: 'array', items: { type: 'string' } },
                  servicePrincipal: { type: 'string' },
                },
              },
            },
          },
        },
      },
    },
  },
};
