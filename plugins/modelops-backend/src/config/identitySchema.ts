import { baseUrlProblem, Secret } from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import { durationSchema } from './durationSchema';
import { BIND_BY, type IdentityConfig } from '../identity/IdentityConfig';

/** Longest clock tolerance, in milliseconds; more would keep expired tokens alive. */
const MAX_CLOCK_TOLERANCE_MS = 60_000;

export const textSchema = z.string().min(1, 'must not be empty');
export const secretSchema = textSchema.transform(text => new Secret(text));

const clockToleranceSchema = durationSchema.refine(
  milliseconds => milliseconds >= 0 && milliseconds <= MAX_CLOCK_TOLERANCE_MS,
  'has to be between 0 and 60 seconds',
);

const workloadSchema = z
  .strictObject({
    clientId: textSchema.optional(),
    clientSecret: secretSchema.optional(),
    clientSecretFile: textSchema.optional(),
    scope: textSchema.optional(),
    resource: textSchema.optional(),
    audience: textSchema.optional(),
    tokenFile: textSchema.optional(),
  })
  .transform((workload, context): NonNullable<IdentityConfig['workload']> => {
    const { tokenFile, clientId, clientSecret, clientSecretFile, ...asked } =
      workload;
    if (tokenFile !== undefined && Object.keys(workload).length === 1) {
      return { kind: 'tokenFile', tokenFile };
    }
    const secrets = [
      ...(clientSecret ? [clientSecret] : []),
      ...(clientSecretFile ? [{ file: clientSecretFile }] : []),
    ];
    if (tokenFile === undefined && clientId && secrets.length === 1) {
      return { kind: 'client', clientId, clientSecret: secrets[0], ...asked };
    }
    context.addIssue(
      'needs either clientId and one of clientSecret and clientSecretFile, or tokenFile alone (a secret from an environment variable is missing while that is not set)',
    );
    return z.NEVER;
  });

/** `modelops.identity`. */
export const identitySchema = z
  .strictObject({
    authProvider: z
      .string()
      .regex(/^[\w-]+$/, 'has to be the id of a Backstage auth provider'),
    issuer: z.string(),
    audience: z.union(
      [textSchema, z.array(textSchema).min(1, 'must not be empty')],
      {
        error: 'has to be a client id, or a list of client ids',
      },
    ),
    bindBy: z.enum(BIND_BY),
    allowedDomains: z
      .array(
        z
          .string()
          .regex(
            /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i,
            'has to be a domain such as acme.com',
          )
          .transform(domain => domain.toLowerCase()),
      )
      .min(1, 'must not be empty')
      .optional(),
    clockTolerance: clockToleranceSchema.default(30_000),
    insecure: z.boolean().default(false),
    workload: workloadSchema.optional(),
  })
  .superRefine((identity, context) => {
    const problem = baseUrlProblem(identity.issuer, identity.insecure);
    if (problem) {
      context.addIssue({ code: 'custom', path: ['issuer'], message: problem });
    }
    const byEmail = identity.bindBy !== 'oidMatchingUserEntityAnnotation';
    if (
      identity.bindBy === 'emailLocalPartMatchingUserEntityName' &&
      !identity.allowedDomains
    ) {
      context.addIssue({
        code: 'custom',
        path: ['allowedDomains'],
        message:
          'is missing; without it ann@anywhere.example would be the user ann',
      });
    }
    if (!byEmail && identity.allowedDomains) {
      context.addIssue({
        code: 'custom',
        path: ['allowedDomains'],
        message: 'has no effect unless bindBy uses the e-mail address',
      });
    }
  })
  .transform(
    ({
      audience,
      allowedDomains,
      clockTolerance,
      ...identity
    }): IdentityConfig => ({
      ...identity,
      audiences: typeof audience === 'string' ? [audience] : audience,
      allowedDomains: allowedDomains ?? [],
      clockToleranceSeconds: clockTolerance / 1000,
    }),
  );
