import type { Secret } from 'backstage-plugin-modelops-node';

/** How the person of an ID token is tied to a User of the catalog; named as Backstage's sign-in resolvers. */
export const BIND_BY = [
  'emailMatchingUserEntityProfileEmail',
  'emailLocalPartMatchingUserEntityName',
  'oidMatchingUserEntityAnnotation',
] as const;
export type BindBy = (typeof BIND_BY)[number];

/** `modelops.identity`, validated. */
export interface IdentityConfig {
  authProvider: string;
  issuer: string;
  /** Client ids an ID token may be issued to. */
  audiences: readonly string[];
  bindBy: BindBy;
  /** E-mail domains, in lower case; empty means any. */
  allowedDomains: readonly string[];
  clockToleranceSeconds: number;
  /** Plain http on loopback is accepted. */
  insecure: boolean;
  workload?: WorkloadConfig;
}

/** How the portal proves its own identity. */
export type WorkloadConfig =
  | {
      kind: 'client';
      clientId: string;
      clientSecret: Secret | { file: string };
      scope?: string;
      resource?: string;
      audience?: string;
    }
  | { kind: 'tokenFile'; tokenFile: string };
