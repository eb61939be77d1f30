import { createRouteRef } from '@backstage/frontend-plugin-api';

/** The page with all runs and the audit ledger. @public */
export const rootRouteRef = createRouteRef();

/** The tab Versions of an entity. @public */
export const entityVersionsRouteRef = createRouteRef();

/** The tab ML runs of an entity. @public */
export const entityMlRunsRouteRef = createRouteRef();
