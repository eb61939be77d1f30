export interface Config {
  modelops?: {
    identity?: {
      /**
       * Id of the Backstage auth provider whose ID token the browser sends to the modelops backend: `oidc`, `okta`,
       * `google`, `microsoft`, `gitlab`, `onelogin`, or the id of any other OAuth 2 provider of the auth backend.
       * @visibility frontend
       */
      authProvider?: string;
    };
  };
}
