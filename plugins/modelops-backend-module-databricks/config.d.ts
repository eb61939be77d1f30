/** Merged with the schema of the modelops backend, which types the common keys of a connection. */
export interface Config {
  modelops?: {
    connections?: {
      [connection: string]: {
        /**
         * `databricks`: address of the workspace, `https://dbc-a1b2.cloud.databricks.com`, without a path. https, or plain
         * http on loopback with `insecure: true`. No default.
         */
        host?: string;
        /**
         * `databricks`: address of the workspace as people open it, if API calls go through another host such as a
         * gateway. Only links to it or to `host` are shown. Default: `host`.
         */
        consoleHost?: string;
        /**
         * `databricks`: number of the workspace, compared with the header `x-databricks-org-id` after each exchange. Quote
         * it. Default: not compared.
         */
        workspaceId?: string | number;
        /**
         * `databricks`: name of the job parameter that carries our run id, on jobs that declare it. It makes a start
         * whose answer was lost easy to find, and is not shown on the form. Default: `modelops_run_id`.
         */
        runIdParameter?: string;
        user?: {
          /** `databricks-federation`: scopes asked for; a ceiling above the person's own rights. Default: `[all-apis]`. */
          scopes?: string[];
          /**
           * `databricks-federation`: claim of the ID token that holds the Databricks user name. `email` counts only with
           * `email_verified: true`; any other must be one that people cannot change. Default: `email`.
           */
          principalClaim?: string;
        };
        reader?: {
          /** `databricks-federation`: scopes asked for. Default: `[all-apis]`. */
          scopes?: string[];
          /** `databricks-federation`: application id of the reader's service principal, a UUID. Required. */
          servicePrincipal?: string;
        };
      };
    };
  };
}
