import { createBackend } from '@backstage/backend-defaults';

const backend = createBackend();

backend.add(import('@backstage/plugin-app-backend'));

backend.add(import('@backstage/plugin-auth-backend'));
backend.add(import('@backstage/plugin-auth-backend-module-oidc-provider'));

backend.add(import('@backstage/plugin-catalog-backend'));
backend.add(import('@backstage/plugin-catalog-backend-module-logs'));
backend.add(import('backstage-plugin-catalog-backend-module-modelops'));

backend.add(import('@backstage/plugin-permission-backend'));
// modelops adds its own role mapping behind the policy: both have to allow.
backend.add(
  import('@backstage/plugin-permission-backend-module-allow-all-policy'),
);

backend.add(import('backstage-plugin-modelops-backend'));
backend.add(import('backstage-plugin-modelops-backend-module-databricks'));
backend.add(import('backstage-plugin-modelops-backend-module-vertex-ai'));

backend.start();
