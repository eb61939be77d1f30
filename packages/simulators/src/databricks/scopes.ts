import { permissionDenied } from './errors';

/** Scopes a token may have. Source: reference, databricks section 1.5. */
const SCOPES = new Set([
  'all-apis',
  'jobs',
  'unity-catalog',
  'mlflow',
  'model-serving',
  'sql',
  'query-history',
  'scim',
  'access-management',
  'iam.current-user:read',
]);

/** True for a scope the token endpoint gives out. */
export function isKnownScope(scope: string): boolean {
  return SCOPES.has(scope);
}

/** Refuses a token whose scopes do not cover an API. Scopes are a ceiling on top of the principal's own rights. */
export function requireScope(granted: string[], anyOf: string[]): void {
  if (
    granted.includes('all-apis') ||
    anyOf.some(scope => granted.includes(scope))
  )
    return;
  throw permissionDenied(
    `Provided OAuth token does not have required scopes: ${anyOf[0]}`,
  );
}
