import { hostSchema } from 'backstage-plugin-modelops-node';
import { z } from 'zod';

/** Keys of a connection with `platform: databricks`, beside the common ones. The backend checks what ends in `Host`. @internal */
export const connectionSettings = z.object({
  host: hostSchema,
  consoleHost: hostSchema.optional(),
  workspaceId: z
    .union([
      z.string().regex(/^[0-9]{1,20}$/, 'must be the number of a workspace'),
      z.int().positive().transform(String),
    ])
    .optional(),
  runIdParameter: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,128}$/, 'must be the name of a job parameter')
    .default('modelops_run_id'),
});
/** Keys of a connection, with their defaults. @internal */
export type DatabricksSettings = z.output<typeof connectionSettings>;

/** The id that `as` and `reader` name a service principal by: its application id, a UUID. @internal */
export const applicationIdSchema = z
  .guid('must be the application id of a service principal, a UUID')
  .transform(id => id.toLowerCase());

/** Keys that a `user` and a `reader` block with `exchange: databricks-federation` share. @internal */
export const exchangeSettings = z.object({
  scopes: z
    .array(z.string().regex(/^[!#-[\]-~]+$/, 'must be a scope without spaces'))
    .min(1)
    .default(['all-apis']),
});

/** Keys of a `user` block. @internal */
export const userSettings = exchangeSettings.extend({
  principalClaim: z.string().min(1).default('email'),
});

/** Keys of a `reader` block. @internal */
export const readerSettings = exchangeSettings.extend({
  servicePrincipal: applicationIdSchema,
});
