import type {
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import type { Secret } from 'backstage-plugin-modelops-node';

/** What a verified ID token says. Exists only if every check of design §5, step 2 passed. */
export interface VerifiedIdentity {
  token: Secret;
  issuer: string;
  subject: string;
  claims: Readonly<Record<string, unknown>>;
  expiresAt: Date;
  /** The identity provider left the groups out because there are too many (`_claim_names`). */
  groupsOverage: boolean;
}

/** Who is calling: the Backstage user and, where the request carried an ID token, the person it proves. */
export interface Caller {
  credentials: BackstageCredentials<BackstageUserPrincipal>;
  userEntityRef: string;
  /** Groups and users the person acts as, from Backstage. */
  groups: readonly string[];
  /** Service that calls in the person's name, `plugin:mcp-actions`. */
  agent?: string;
  /** Bound to `userEntityRef`; absent when the request carried no ID token. */
  identity?: VerifiedIdentity;
  requestId: string;
  clientAddress?: string;
  traceId?: string;
}

/** A caller whose ID token was verified. */
export type IdentifiedCaller = Caller & { identity: VerifiedIdentity };

/** What an audit entry says of who asked, and from where. */
export function callerFacts(caller: Caller) {
  return {
    actor: caller.userEntityRef,
    agent: caller.agent,
    groups: [...caller.groups],
    requestId: caller.requestId,
    clientAddress: caller.clientAddress,
    traceId: caller.traceId,
  };
}
