import type { Config } from '@backstage/config';
import { z } from 'zod';
import type { Problems } from './Problems';

/** The block as a whole; its parts are parsed one by one, so that a bad one does not hide the problems of the others. */
const blockSchema = z.strictObject({
  trustedLocations: z.unknown().optional(),
  identity: z.unknown().optional(),
  connections: z.record(z.string(), z.unknown()).default({}),
  roles: z.array(z.unknown()).default([]),
  audit: z.unknown().optional(),
});

/** The block `modelops`, its parts not looked at yet. */
export type ModelopsBlock = z.output<typeof blockSchema>;

/** The block `modelops`. Where it has problems, they are noted, and the parts are given as far as they can be looked at. */
export function readBlock(root: Config, problems: Problems): ModelopsBlock {
  const value = root.getOptional('modelops');
  return problems.parse(blockSchema, value, []) ?? partsOf(value);
}

function partsOf(block: unknown): ModelopsBlock {
  const parts = isObject(block) ? block : {};
  return {
    trustedLocations: parts.trustedLocations,
    identity: parts.identity,
    audit: parts.audit,
    connections: isObject(parts.connections) ? parts.connections : {},
    roles: Array.isArray(parts.roles) ? parts.roles : [],
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
