import type { HumanDuration } from '@backstage/types';

export interface Config {
  /** Train, deploy and serve models from the catalog, as the person who clicked. */
  modelops?: {
    /**
     * Origins whose entities are believed when they name an owner or a binding: an entity counts only if its annotation
     * `backstage.io/managed-by-origin-location` begins with one of these. Name the branch too: on most code hosts anybody
     * can make a file appear under another branch or commit of a repository.
     * Default: none, and then `ownedByMember` and `as` cannot be used.
     */
    trustedLocations?: string[];

    /** Whose ID tokens are accepted, and how the person of a token is tied to a User of the catalog. */
    identity: {
      /**
       * Id of the Backstage auth provider whose ID token the browser sends, such as `oidc`, `okta` or `microsoft`.
       * @visibility frontend
       */
      authProvider: string;
      /**
       * Issuer, exactly as the tokens name it in `iss`, a slash at the end included. https, or with `insecure` plain http on
       * loopback. Its discovery document is read from `/.well-known/openid-configuration` below it.
       */
      issuer: string;
      /** Client id that the ID tokens are issued to, or a list of them. */
      audience: string | string[];
      /**
       * How the User is found; exactly one has to match, and it has to be the signed-in user. By e-mail address the claim
       * `email_verified` has to be true. `oidMatchingUserEntityAnnotation` is for Entra: claim `oid` to annotation
       * `graph.microsoft.com/user-id`.
       */
      bindBy:
        | 'emailMatchingUserEntityProfileEmail'
        | 'emailLocalPartMatchingUserEntityName'
        | 'oidMatchingUserEntityAnnotation';
      /** E-mail domains that are accepted. Needed by `emailLocalPartMatchingUserEntityName`. Default: any. */
      allowedDomains?: string[];
      /** How far the clocks of the identity provider and of this server may be apart: at most 60 s. Default: 30 s. */
      clockTolerance?: HumanDuration | string;
      /** Accept plain http on loopback addresses. Refused with NODE_ENV=production. Default: false. */
      insecure?: boolean;
      /**
       * The portal's own identity, for reading on behalf of nobody: either `clientId` with one of `clientSecret` and
       * `clientSecretFile` (client credentials at `issuer`), or `tokenFile` alone. Needed as soon as there is a connection:
       * runs are followed through it, so without it no run would ever end.
       */
      workload?: {
        /** Client id of the portal at the identity provider. No default. */
        clientId?: string;
        /**
         * Its secret. No default.
         * @visibility secret
         */
        clientSecret?: string;
        /** File with the secret; read again on each use. No default. */
        clientSecretFile?: string;
        /** `scope` of the token request. Default: not sent. */
        scope?: string;
        /** `resource` of the token request (RFC 8707), for providers that pick the audience by it. Default: not sent. */
        resource?: string;
        /** `audience` of the token request, for providers that pick it by that. Default: not sent. */
        audience?: string;
        /** File with a projected token (JWT); read again on each use. No default. */
        tokenFile?: string;
      };
    };

    /**
     * Hosts, projects and clusters, by the id that annotations and roles use: 1–63 of a-z 0-9 -. Each platform's module adds
     * its own keys. Default: none.
     */
    connections?: {
      [id: string]: {
        /** Id of the platform, as its module names it: `databricks`, `vertex-ai`. */
        platform: string;
        /** Name that roles can match on: `production`. Default: none. */
        environment?: string;
        /** Accept plain http on loopback addresses. Refused with NODE_ENV=production. Default: false. */
        insecure?: boolean;
        /** Whether people may read the log tail of their runs. Default: true. */
        logs?: boolean;
        /**
         * Whose credential reads versions and what is served. `person`: the caller's own, so nobody sees more here than on the
         * platform. `reader`: the portal's, so that everybody whom a rule allows `read` on the resource sees what the reader
         * may see. Forms, logs, results and predictions are always the person's. Default: person.
         */
        reads?: 'person' | 'reader';
        /** Accept credentials that outlive 60 minutes. Default: false. */
        acceptLongLived?: boolean;
        /** How a person's ID token becomes a credential. The module of the exchanger adds its own keys. */
        user: {
          /** Id of the exchanger: `databricks-federation`, `google-federation`. */
          exchange: string;
        };
        /**
         * How the portal's own token becomes a credential of the reader: runs are followed through it. Needs
         * `identity.workload`. The module of the exchanger adds its own keys, which name the reader's principal.
         */
        reader: {
          /** Id of the exchanger: `databricks-federation`, `google-federation`. */
          exchange: string;
        };
      };
    };

    /**
     * Who may do what. The first rule that matches members, action, resource, environment and ownership decides; nothing is
     * allowed otherwise. A list: a later file replaces it whole. The only part that takes effect without a restart.
     * Default: none, and then nobody may do anything.
     */
    roles?: Array<{
      /** 1–63 of A-Z a-z 0-9 -; unique. */
      name: string;
      /** Any entry is enough; inside one entry every key has to hold. */
      members: Array<{
        /** Full reference of a group: `group:default/fraud-ml`. */
        group?: string;
        /** Full reference of a user: `user:default/ada`. */
        user?: string;
        /** Claims of the ID token, by name: the text itself, or one of a list. */
        claims?: { [claim: string]: string };
      }>;
      allow: Array<{
        /** `audit` and `administer` take none of the other keys. */
        actions: Array<
          | 'read'
          | 'train'
          | 'deploy'
          | 'serve'
          | 'predict'
          | 'cancel'
          | 'audit'
          | 'administer'
        >;
        /** `<connection>:<resource>`, with `*` for any characters. */
        resources?: string[];
        /** Environments of connections. Default: all, connections without one included. */
        environments?: string[];
        /** Only entities that a group of the person owns. Needs `trustedLocations`. Default: false. */
        ownedByMember?: boolean;
        /** What parameters may be, on top of the form. */
        parameters?: {
          [parameter: string]: {
            /** Least number. Default: what the form takes. */
            minimum?: number;
            /** Greatest number. Default: what the form takes. */
            maximum?: number;
            /** The only values. Default: what the form takes. */
            enum?: Array<string | number>;
          };
        };
        limits?: {
          /**
           * Runs of one person that may be under way at a time on what this rule covers: its actions on its resources, in its
           * environments, whichever rule allowed them. Default: no limit.
           */
          concurrentRuns?: number;
          /** Predictions of one person per minute. Default: no limit. */
          predictionsPerMinute?: number;
        };
        /** Whether a deploy may create an endpoint that does not exist. Default: false. */
        createEndpoints?: boolean;
        /**
         * Environments of `modelops/model` that a version may be deployed from, when the endpoint is of another environment.
         * Default: none, so a version goes to endpoints of its own environment only.
         */
        fromEnvironments?: string[];
        /**
         * Run as this principal instead of as the person. Needs `trustedLocations`, resources without `*`, and all of them on
         * one connection.
         */
        as?: {
          /** Id on the platform: the application id of a Databricks service principal, the e-mail of a Google service account. */
          servicePrincipal: string;
          /**
           * Whose token reaches the principal. `workload`: the portal's, so the platform does not see the person.
           * Default: person.
           */
          through?: 'person' | 'workload';
        };
      }>;
    }>;

    audit?: {
      /**
       * Key of the keyed hashes in audit entries and of requests, at least 32 characters. After a change, a request repeated
       * with its old Idempotency-Key looks like another one and is answered 409. Default: made at first start and kept in the
       * database.
       * @visibility secret
       */
      hashKey?: string;

      /** Signed checkpoints: whoever keeps one notices any later change of the entries before it. */
      checkpoints?: {
        /** Entries after which a checkpoint is set, 1 to 100000. Default: 1000. */
        entries?: number;
        /** Longest an entry waits for a checkpoint, 10 seconds to 1 day. Default: 10 minutes. */
        interval?: HumanDuration | string;
        /**
         * Ed25519 private key in PKCS #8 PEM (`openssl genpkey -algorithm ed25519`). Default: made at first start and kept in
         * the database, which protects against accidents, not against the owner of the database.
         * @visibility secret
         */
        signingKey?: string;
        /** File that holds the private key instead. */
        signingKeyFile?: string;
        /** Public keys of earlier signing keys, as PEM or as the Base64 of their DER, so that old checkpoints still count. */
        trustedKeys?: string[];
        /** Places outside the database that get each checkpoint, at least once and in order. */
        sinks?: {
          [name: string]: {
            /** File to append to; several replicas need it on a volume they share. */
            file?: string;
            /** Address each checkpoint is sent to by POST as JSON; it has it once it answers with a 2xx. */
            url?: string;
            /**
             * Headers of the request, such as Authorization.
             * @deepVisibility secret
             */
            headers?: { [header: string]: string };
            /** Accept plain http on loopback. Default: false. */
            insecure?: boolean;
          };
        };
      };

      /** Moves old entries from the database to files. Default: everything is kept. */
      retention?: {
        /** How long entries stay in the database, at least 30 days. */
        keep: HumanDuration | string;
        /** Folder for the archives, on a volume that all replicas share. */
        archive: string;
      };
    };
  };
}
