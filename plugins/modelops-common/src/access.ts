import { z } from 'zod';
import { actionSchema } from './actions';
import { timestampSchema } from './fields';

/** Answer of `GET /access`: what the caller may do, and why. @public */
export const accessSchema = z.object({
  userEntityRef: z.string(),
  /** Groups and users the caller acts as, from Backstage. */
  groups: z.array(z.string()),
  /** Whether the request carried an ID token that was accepted. Without one, rules on claims cannot match. */
  identified: z.boolean(),
  audit: z.boolean(),
  administer: z.boolean(),
  /** Roles that list the caller as a member, in the order they are tried. */
  roles: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          rule: z.string(),
          actions: z.array(actionSchema),
          resources: z.array(z.string()),
          environments: z.array(z.string()).optional(),
          ownedByMember: z.boolean(),
          createEndpoints: z.boolean().optional(),
          fromEnvironments: z.array(z.string()).optional(),
          guardrails: z.array(z.string()),
          as: z.string().optional(),
        }),
      ),
    }),
  ),
  mappingHash: z.string(),
  /** How the configuration stands, for those who may administer. */
  configuration: z
    .object({
      /** When the mapping took effect on the replica that answers. */
      mappingSince: timestampSchema,
      /** Why the newest change of `modelops.roles` is not in effect; absent when it is. */
      rejected: z
        .object({ at: timestampSchema, message: z.string() })
        .optional(),
      /** Keys below `modelops` that were changed since the start and need a restart. */
      restartNeeded: z.array(z.string()),
      /** What is allowed but probably not meant. */
      warnings: z.array(z.string()),
    })
    .optional(),
});
/** What the caller may do. @public */
export type Access = z.infer<typeof accessSchema>;
