import { randomUUID } from 'node:crypto';
import type {
  AuthService,
  HttpAuthService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { IDENTITY_TOKEN_HEADER } from 'backstage-plugin-modelops-common';
import type { Request } from 'express';
import type { RequestFacts, RequestJournal } from '../audit/RequestJournal';
import { RefusedError } from '../errors';
import { bindIdentity } from '../identity/bindIdentity';
import {
  type Caller,
  callerFacts,
  type IdentifiedCaller,
  type VerifiedIdentity,
} from '../identity/Caller';
import type { IdentityConfig } from '../identity/IdentityConfig';
import { IdentityError } from '../identity/IdentityError';
import type { IdentityVerifier } from '../identity/IdentityVerifier';
import { Recent } from '../Recent';

/** W3C Trace Context, `traceparent`. */
const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * How long the User that a token belongs to is not looked up again, in milliseconds: as long as Backstage itself uses what it
 * knows of a user. Source: @backstage/backend-defaults, CachedUserInfoService.
 */
const USERS_FRESH_MS = 5_000;
const MAX_USERS_HELD = 1_000;

/** Turns a request into its caller: the Backstage user, and the person the ID token proves (design §5, steps 1 and 2). */
export class RequestCallers {
  private readonly users = new Recent<Entity[]>({
    freshMs: USERS_FRESH_MS,
    most: MAX_USERS_HELD,
  });

  constructor(
    private readonly options: {
      httpAuth: HttpAuthService;
      userInfo: UserInfoService;
      auth: AuthService;
      catalog: CatalogService;
      identity: IdentityConfig;
      verifier: IdentityVerifier;
      journal: RequestJournal;
    },
  ) {}

  /** For routes that act as the person: an ID token has to be there. */
  async identified(req: Request): Promise<IdentifiedCaller> {
    const caller = await this.signedIn(req);
    const identity = await this.verify(req, caller, 'required');
    return { ...caller, identity: identity! };
  }

  /** For routes that only look at what we have: an ID token is verified if it was sent. */
  async known(req: Request): Promise<Caller> {
    const caller = await this.signedIn(req);
    return { ...caller, identity: await this.verify(req, caller, 'accepted') };
  }

  /** For ingestion (design D17): the catalog's own service, and no other. The permission framework allows services all. */
  async catalogService(req: Request): Promise<void> {
    const { principal } = await this.options.httpAuth.credentials(req, {
      allow: ['service'],
    });
    if (principal.subject !== 'plugin:catalog') {
      throw new RefusedError(
        'permission-denied',
        'Only the catalog may ask for this, for its own entities.',
      );
    }
  }

  /** Step 1 alone. */
  async signedIn(req: Request): Promise<Caller> {
    const { httpAuth, userInfo } = this.options;
    const credentials = await httpAuth.credentials(req, { allow: ['user'] });
    const { userEntityRef, ownershipEntityRefs } = await userInfo.getUserInfo(
      credentials,
    );
    return {
      credentials,
      userEntityRef,
      groups: ownershipEntityRefs,
      agent: credentials.principal.actor?.subject,
      requestId: randomUUID(),
      clientAddress: req.ip,
      traceId: TRACE_PARENT.exec(req.header('traceparent') ?? '')?.[1],
    };
  }

  /** Step 2. A refusal is recorded before it is answered; nothing of a token that was not verified is. */
  private async verify(
    req: Request,
    caller: Caller,
    need: 'required' | 'accepted',
  ): Promise<VerifiedIdentity | undefined> {
    const token = req.header(IDENTITY_TOKEN_HEADER);
    if (!token && need === 'accepted') return undefined;
    try {
      if (!token)
        throw new IdentityError(
          'identity-missing',
          'Sign in with the identity provider: this needs your ID token.',
        );
      const { verifier, catalog, auth, identity: config } = this.options;
      const identity = await verifier.verify(token);
      await bindIdentity(identity, caller.userEntityRef, {
        catalog,
        auth,
        recent: this.users,
        config,
      });
      return identity;
    } catch (error) {
      throw await this.options.journal.close(
        error,
        { refused: 'identity.refused', failed: 'identity.failed' },
        { ...callerFacts(caller), ...subjectFacts(error) },
      );
    }
  }
}

/** Whose token it was, only if its signature was valid. */
function subjectFacts(error: unknown): Partial<RequestFacts> {
  if (
    !(error instanceof IdentityError) ||
    !error.signatureVerified ||
    !error.subject
  )
    return {};
  return { tokenSubject: error.subject.slice(0, 200) };
}
