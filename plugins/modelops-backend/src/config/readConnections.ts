import {
  baseUrlProblem,
  type CredentialExchanger,
  type ModelPlatform,
} from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import { textSchema } from './identitySchema';
import type { ConnectionConfig, ExchangeConfig } from './ModelopsConfig';
import { didYouMean } from './nearestName';
import { unknownKeys, type ConfigPath, type Problems } from './Problems';

/** A name that can stand before the `:` of a binding. */
const connectionIdSchema = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'has to be 1 to 63 of a-z 0-9 -, not beginning or ending with -',
  );

/** Keys that every connection has, whatever its platform. */
const commonSchema = z.object({
  platform: textSchema,
  environment: z
    .string()
    .regex(/^[\w-]{1,63}$/, 'has to be 1 to 63 of A-Z a-z 0-9 _ -')
    .optional(),
  insecure: z.boolean().default(false),
  logs: z.boolean().default(true),
  reads: z.enum(['person', 'reader']).default('person'),
  acceptLongLived: z.boolean().default(false),
  user: z.record(z.string(), z.unknown()).optional(),
  reader: z.record(z.string(), z.unknown()).optional(),
});
const COMMON_KEYS = Object.keys(commonSchema.shape);

/** What the platform modules brought. */
export interface Modules {
  platforms: readonly ModelPlatform[];
  exchangers: readonly CredentialExchanger[];
}

/** `modelops.connections`. A connection with a problem is left out, and the problem noted. */
export function readConnections(
  connections: Readonly<Record<string, unknown>>,
  modules: Modules,
  problems: Problems,
): Map<string, ConnectionConfig> {
  const read = new Map<string, ConnectionConfig>();
  for (const [id, value] of Object.entries(connections)) {
    problems.parse(connectionIdSchema, id, ['connections', id]);
    const connection = readConnection(id, value, modules, problems);
    if (connection) read.set(id, connection);
  }
  return read;
}

function readConnection(
  id: string,
  value: unknown,
  modules: Modules,
  problems: Problems,
): ConnectionConfig | undefined {
  const path = ['connections', id];
  const common = problems.parse(commonSchema, value, path);
  if (!common) return undefined;
  const platform = modules.platforms.find(one => one.id === common.platform);
  if (!platform) {
    problems.add(
      [...path, 'platform'],
      unknownName('platform', common.platform, modules.platforms),
    );
    return undefined;
  }
  const settings = readSettings(
    platform.settings,
    value as Record<string, unknown>,
    COMMON_KEYS,
    path,
    problems,
  );
  checkHosts(value as Record<string, unknown>, common.insecure, path, problems);
  const user = readExchange('user', common.user, modules, path, problems);
  const reader = readExchange('reader', common.reader, modules, path, problems);
  if (reader) checkReader(reader, platform, modules, path, problems);
  if (!settings || !user || !reader) return undefined;
  return { id, ...common, settings, user, reader };
}

/** What would not work on a connection without the block. */
const WITHOUT = {
  user: 'because nobody gets a credential for this connection without it',
  reader:
    'because runs are followed through it, and without it they stay open for ever; it needs modelops.identity.workload',
};

function readExchange(
  block: 'user' | 'reader',
  value: Record<string, unknown> | undefined,
  modules: Modules,
  connectionPath: ConfigPath,
  problems: Problems,
): ExchangeConfig | undefined {
  const path = [...connectionPath, block];
  if (value === undefined) {
    problems.add(
      path,
      `is missing; add it with an exchange (${installed(
        modules.exchangers,
      )}), ${WITHOUT[block]}`,
    );
    return undefined;
  }
  const exchange = problems.parse(textSchema, value.exchange, [
    ...path,
    'exchange',
  ]);
  if (exchange === undefined) return undefined;
  const exchanger = modules.exchangers.find(one => one.id === exchange);
  if (!exchanger) {
    problems.add(
      [...path, 'exchange'],
      unknownName('exchange', exchange, modules.exchangers),
    );
    return undefined;
  }
  const settings = readSettings(
    block === 'user' ? exchanger.userSettings : exchanger.readerSettings,
    value,
    ['exchange'],
    path,
    problems,
  );
  return settings && { exchange, settings };
}

/** Asks what the broker will ask: an exchanger without a name for the reader's principal never reads anything. */
function checkReader(
  reader: ExchangeConfig,
  platform: ModelPlatform,
  modules: Modules,
  path: ConfigPath,
  problems: Problems,
) {
  const { servicePrincipal } = reader.settings as { servicePrincipal?: string };
  const name = modules.exchangers
    .find(one => one.id === reader.exchange)
    ?.principalOf({
      settings: reader.settings,
      wanted: { kind: 'service-principal', id: servicePrincipal ?? '' },
    });
  if (name !== undefined) return;
  problems.add(
    [
      ...path,
      'reader',
      ...(servicePrincipal === undefined ? [] : ['servicePrincipal']),
    ],
    `names no service principal of ${platform.title} that ${reader.exchange} could become, so no run would be followed; write the id that ${platform.title} gives it`,
  );
}

/** The keys that belong to a module, by its own schema. Unknown ones are problems even if that schema would let them pass. */
function readSettings(
  schema: z.ZodObject,
  value: Record<string, unknown>,
  commonKeys: readonly string[],
  path: ConfigPath,
  problems: Problems,
): Record<string, unknown> | undefined {
  const own = Object.keys(schema.shape);
  const entries = Object.entries(value).filter(
    ([key]) => !commonKeys.includes(key),
  );
  const unknown = entries.flatMap(([key]) => (own.includes(key) ? [] : [key]));
  if (unknown.length > 0) {
    problems.add(path, unknownKeys(unknown, [...commonKeys, ...own]));
  }
  const settings = problems.parse(
    schema,
    Object.fromEntries(entries.filter(([key]) => own.includes(key))),
    path,
  );
  return unknown.length > 0 ? undefined : settings;
}

/** By convention a module's keys for addresses are called `host` or end in `Host`. */
function checkHosts(
  value: Record<string, unknown>,
  insecure: boolean,
  path: ConfigPath,
  problems: Problems,
) {
  for (const [key, address] of Object.entries(value)) {
    if (!/(^h|H)ost$/.test(key) || typeof address !== 'string') continue;
    const problem = baseUrlProblem(address, insecure);
    if (problem) problems.add([...path, key], problem);
  }
}

function unknownName(
  what: string,
  name: string,
  known: ReadonlyArray<{ id: string }>,
): string {
  const ids = known.map(one => one.id);
  return `unknown ${what} '${name}'${didYouMean(name, ids)}; ${installed(
    known,
  )}`;
}

function installed(known: ReadonlyArray<{ id: string }>): string {
  const ids = known.map(one => one.id).join(', ');
  return `installed: ${ids || 'none (add a platform module to the backend)'}`;
}
