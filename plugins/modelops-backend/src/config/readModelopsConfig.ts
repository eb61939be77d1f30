import type { Config } from '@backstage/config';
import { z } from 'zod';
import { createRoleMapping } from '../access/roleMapping';
import { auditSchema } from './auditSchema';
import { checkProduction } from './checkProduction';
import { identitySchema } from './identitySchema';
import type { AuditConfig, ModelopsConfig } from './ModelopsConfig';
import { Problems } from './Problems';
import { isObject, readBlock } from './readBlock';
import { readConnections, type Modules } from './readConnections';
import { readRoles } from './readRoles';

const trustedLocationSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9+.-]*:/,
    'has to begin with the type of the location, such as url:https://git.acme.com/ml/',
  )
  .refine(
    text => !text.startsWith('url:') || hasHost(text.slice('url:'.length)),
    'has to name a host; without one it would trust everybody',
  );

/** What reading depends on beside the configuration. */
export interface ReadOptions extends Modules {
  /** NODE_ENV=production. */
  production: boolean;
}

/** Reads and checks the block `modelops`. Throws InputError with every problem and its path, never with a value of a secret. */
export function readModelopsConfig(
  root: Config,
  options: ReadOptions,
): ModelopsConfig {
  const problems = new Problems();
  const parts = readBlock(root, problems);
  if (options.production) checkProduction(root, problems);

  const trustedLocations = problems.parse(
    z.array(trustedLocationSchema).default([]),
    parts.trustedLocations,
    ['trustedLocations'],
  );
  const identity = problems.parse(identitySchema, parts.identity, ['identity']);
  const audit = problems.parse(auditSchema, parts.audit ?? {}, ['audit']);
  const connections = readConnections(parts.connections, options, problems);
  // Without an identity block that alone is reported, not also what would be missing in it.
  if (
    isObject(parts.identity) &&
    parts.identity.workload === undefined &&
    Object.keys(parts.connections).length > 0
  ) {
    problems.add(
      ['identity', 'workload'],
      'is missing; add it, because the reader of each connection exchanges it, and without a reader no run is followed to its end',
    );
  }
  const roles = readRoles(
    parts.roles,
    {
      connections,
      connectionIds: Object.keys(parts.connections),
      modules: options,
      hasTrustedLocations: trustedLocations?.length !== 0,
    },
    problems,
  );
  problems.throwIfAny();
  if (!trustedLocations || !identity || !audit) {
    throw new TypeError('A part that could not be parsed left no problem');
  }
  return {
    trustedLocations,
    identity,
    connections,
    mapping: createRoleMapping(roles),
    audit,
    warnings: options.production
      ? [...permissionWarnings(root), ...auditWarnings(audit)]
      : [],
  };
}

function permissionWarnings(root: Config): string[] {
  if (root.getOptionalBoolean('permission.enabled')) return [];
  return [
    'permission.enabled is not true, so Backstage allows everything to everybody who is signed in; only modelops.roles decides',
  ];
}

function auditWarnings({ keys, sinks }: AuditConfig): string[] {
  if ((keys.signingKey || keys.signingKeyFile) && sinks.length > 0) return [];
  return [
    'modelops.audit.checkpoints has no signing key or no sink, so a change of the ledger by the owner of the database could not be proven',
  ];
}

function hasHost(address: string): boolean {
  return URL.canParse(address) && new URL(address).hostname !== '';
}
