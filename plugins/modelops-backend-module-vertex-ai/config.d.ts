/** Merged with the schema of the modelops backend, which types the common keys of a connection. */
export interface Config {
  modelops?: {
    connections?: {
      [connection: string]: {
        /** `vertex-ai`: id of the Google Cloud project, `ml-prod`. No default. */
        project?: string;
        /**
         * `vertex-ai`: number of the project, which answers name it by. Given here it is compared; otherwise learned from the
         * first answer. Quote it.
         */
        projectNumber?: string | number;
        /** `vertex-ai`: region, `europe-west4`. No default. */
        location?: string;
        /**
         * `vertex-ai`: address of Vertex AI, without a path; https, or plain http on loopback with `insecure: true`. Default:
         * `https://<location>-aiplatform.googleapis.com`.
         */
        host?: string;
        /** `vertex-ai`: address of the Security Token Service. Default: `https://sts.googleapis.com`. */
        stsHost?: string;
        /** `vertex-ai`: address of the IAM Credentials API. Default: `https://iamcredentials.googleapis.com`. */
        iamCredentialsHost?: string;
        /** `vertex-ai`: address of Cloud Logging. Default: `https://logging.googleapis.com`. */
        loggingHost?: string;
        /** `vertex-ai`: address of Cloud Storage, where schemas of models are. Default: `https://storage.googleapis.com`. */
        storageHost?: string;
        /** `vertex-ai`: address of the console, for links. Default: `https://console.cloud.google.com`. */
        consoleHost?: string;
        /**
         * `vertex-ai`: address that dedicated endpoints are asked at, in place of the one that their answer names: for Private
         * Service Connect or a gateway. Default: the answer's, if it ends in `.prediction.vertexai.goog`.
         */
        predictionHost?: string;
        /** `vertex-ai`: what `training-template/<name>` starts. No default. */
        trainingTemplates?: {
          [name: string]: {
            /** Shown on the form. Default: the job's `displayName`, or the name of the template. */
            title?: string;
            /** A Vertex AI `CustomJob` (`displayName`, `jobSpec`, `labels`, `encryptionSpec`), or `pipelineJob`. */
            customJob?: { [field: string]: unknown };
            /** A Vertex AI `PipelineJob` (`templateUri` or `pipelineSpec`, `runtimeConfig`, `serviceAccount` …). */
            pipelineJob?: { [field: string]: unknown };
            /** What people may set, each written as `{{name}}` in `args`, `env` or `parameterValues`. Default: nothing. */
            parameters?: {
              [name: string]: {
                /** No default. */
                type?: 'integer' | 'number' | 'boolean' | 'string';
                /** Shown on the form, up to 100 characters. Default: its name. */
                title?: string;
                /** Shown on the form, up to 500 characters. Default: none. */
                description?: string;
                /** Without one, people have to give a value. */
                default?: string | number | boolean;
                /** Least number that is taken. Default: any. */
                minimum?: number;
                /** Greatest number that is taken. Default: any. */
                maximum?: number;
                /** The only values, at most 100. With it, the placeholder may stand anywhere but in `labels` and `gcsOutputDirectory`. Default: any. */
                enum?: Array<string | number>;
                /** Regular expression that the whole text has to match, up to 500 characters. Default: any text. */
                pattern?: string;
                /** Most characters, 1 to 10000. Default: 1000. */
                maxLength?: number;
                /** Masked in forms, runs and the audit log; Google shows it to whoever may see the job. Default: false. */
                secret?: boolean;
              };
            };
          };
        };
        user?: {
          /**
           * `google-federation`: provider of a workforce pool,
           * `//iam.googleapis.com/locations/global/workforcePools/<pool>/providers/<provider>`, or of a workload identity pool,
           * `//iam.googleapis.com/projects/<number>/locations/global/workloadIdentityPools/<pool>/providers/<provider>`. No default.
           */
          audience?: string;
          /**
           * `google-federation`: project, by id or number, that the calls are counted on. Required for a workforce pool, not
           * allowed for another one. Quote a number.
           */
          userProject?: string | number;
          /**
           * `google-federation`: claim of the ID token that the provider maps `google.subject` from. `email` counts only with
           * `email_verified: true`; any other must be one that people cannot change. Default: `email`.
           */
          subjectClaim?: string;
          /** `google-federation`: scopes asked for. Default: `[https://www.googleapis.com/auth/cloud-platform]`. */
          scopes?: string[];
          /**
           * `google-federation`: life of a credential of a service account (a rule's `as`), 2 to 60 minutes. That of a person's
           * own is what the pool says. Default: 15 minutes.
           */
          credentialLifetime?: {
            hours?: number;
            minutes?: number;
            seconds?: number;
          };
        };
        reader?: {
          /** `google-federation`: provider that the portal's own token is for, as under `user`. No default. */
          audience?: string;
          /** `google-federation`: as under `user`. */
          userProject?: string | number;
          /** `google-federation`: e-mail address of the service account that the portal reads as. No default. */
          servicePrincipal?: string;
          /** `google-federation`: life of its credential, 2 to 60 minutes. Default: 15 minutes. */
          credentialLifetime?: {
            hours?: number;
            minutes?: number;
            seconds?: number;
          };
        };
      };
    };
  };
}
