import { z } from 'zod';

/** Longest life of an impersonated credential; the broker refuses more (design D11), and so does Google by default. */
const LONGEST_LIFETIME_SECONDS = 60 * 60;
/** Shorter ones would be renewed at almost every call: the broker renews 60 s early. */
const SHORTEST_LIFETIME_SECONDS = 2 * 60;
/** A pool or a provider. Google wants 4 to 63 characters; what it made is what counts, so this only keeps paths out. */
const POOL = '[a-z0-9][a-z0-9-]{0,62}';

/** People: the pool belongs to the organization. Source: STS discovery document, `audience`. */
const WORKFORCE = new RegExp(
  `^//iam\\.googleapis\\.com/(locations/global/workforcePools/${POOL})/providers/${POOL}$`,
);
/** Programs: the pool belongs to a project, named by its number. Source: the same. */
const WORKLOAD = new RegExp(
  `^//iam\\.googleapis\\.com/(projects/[0-9]{1,20}/locations/global/workloadIdentityPools/${POOL})/providers/${POOL}$`,
);

/** A provider of a pool, as the parameter `audience` of the token exchange names it. @internal */
export interface Provider {
  kind: 'workforce' | 'workload';
  /** `locations/global/workforcePools/acme`. */
  pool: string;
}

/** Undefined for anything that is not the full name of a provider. @internal */
export function parseAudience(audience: string): Provider | undefined {
  const workforce = WORKFORCE.exec(audience);
  if (workforce) return { kind: 'workforce', pool: workforce[1] };
  const workload = WORKLOAD.exec(audience);
  return workload ? { kind: 'workload', pool: workload[1] } : undefined;
}

/** E-mail address of a service account, in lower case. @internal */
export const serviceAccountSchema = z
  .string()
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}@[a-z0-9][a-z0-9-]{0,62}(\.[a-z0-9-]{1,63}){0,4}\.gserviceaccount\.com$/,
    'must be the e-mail address of a service account, …@….gserviceaccount.com',
  );

const lifetimePartSchema = z.number().nonnegative().optional();

/** A duration as the rest of app-config writes it. It stays as it was written, because settings are read more than once. */
const lifetimeSchema = z
  .strictObject({
    hours: lifetimePartSchema,
    minutes: lifetimePartSchema,
    seconds: lifetimePartSchema,
  })
  .refine(
    lifetime =>
      lifetimeSeconds(lifetime) >= SHORTEST_LIFETIME_SECONDS &&
      lifetimeSeconds(lifetime) <= LONGEST_LIFETIME_SECONDS,
    'must be between 2 and 60 minutes',
  );

/** Whole seconds of a duration. @internal */
export function lifetimeSeconds(lifetime: {
  hours?: number;
  minutes?: number;
  seconds?: number;
}): number {
  const { hours = 0, minutes = 0, seconds = 0 } = lifetime;
  return Math.round(hours * 3600 + minutes * 60 + seconds);
}

/** Keys that a `user` and a `reader` block with `exchange: google-federation` share. */
const shared = {
  audience: z
    .string()
    .refine(
      audience => parseAudience(audience) !== undefined,
      'must be the full name of a provider: //iam.googleapis.com/locations/global/workforcePools/<pool>/providers/<provider> for people, or //iam.googleapis.com/projects/<number>/locations/global/workloadIdentityPools/<pool>/providers/<provider>',
    ),
  userProject: z
    .union([
      z
        .string()
        .regex(/^[a-z0-9-]{1,32}$/, 'must be the id or number of a project'),
      z.int().positive().transform(String),
    ])
    .optional(),
  credentialLifetime: lifetimeSchema.default({ minutes: 15 }),
};

/** A pool of people belongs to no project, so Google has to be told whose quota its calls count on; other pools have one. */
function checkUserProject(
  settings: { audience: string; userProject?: string },
  context: z.RefinementCtx,
): void {
  const kind = parseAudience(settings.audience)?.kind;
  if (kind === 'workforce' && !settings.userProject)
    context.addIssue({
      code: 'custom',
      path: ['userProject'],
      message:
        'is missing; a workforce pool belongs to no project, so name the one that calls are counted on (people need serviceusage.services.use there)',
    });
  if (kind === 'workload' && settings.userProject)
    context.addIssue({
      code: 'custom',
      path: ['userProject'],
      message:
        'is for workforce pools; a workload identity pool has a project of its own, so remove it',
    });
}

/** Keys of a `user` block. @internal */
export const userSettings = z
  .object({
    ...shared,
    subjectClaim: z.string().min(1).default('email'),
    scopes: z
      .array(
        z
          .string()
          .regex(
            /^https:\/\/www\.googleapis\.com\/auth\/[a-z0-9._-]{1,80}$/,
            'must be a scope such as https://www.googleapis.com/auth/cloud-platform',
          ),
      )
      .min(1)
      .default(['https://www.googleapis.com/auth/cloud-platform']),
  })
  .superRefine(checkUserProject);

/** Keys of a `reader` block. @internal */
export const readerSettings = z
  .object({ ...shared, servicePrincipal: serviceAccountSchema })
  .superRefine(checkUserProject);
