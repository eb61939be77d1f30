import type { JWTPayload } from 'jose';
import type { FederationProvider } from '../../handles/googleTypes';
import { federatedPrincipal, type Principal } from '../principals';
import { meetsCondition } from './attributeCondition';
import { StsError } from './StsError';

/** Limits of mapped attributes. Source: reference, google section 1. */
const MAX_SUBJECT_BYTES = 127;
const MAX_GROUPS = 400;

/** The principal that a provider makes of verified claims. */
export function mapAttributes(
  claims: JWTPayload,
  provider: FederationProvider,
): Principal {
  const subject = claimAt(provider.mapping.subject, claims);
  if (typeof subject !== 'string' || subject === '')
    throw new StsError(
      'invalid_grant',
      'The mapped attribute google.subject is required and must be a string.',
    );
  if (Buffer.byteLength(subject) > MAX_SUBJECT_BYTES)
    throw new StsError(
      'invalid_grant',
      `The size of mapped attribute exceeds the ${MAX_SUBJECT_BYTES} bytes limit.`,
    );
  const groups = groupsOf(claims, provider);
  if (
    provider.condition &&
    !meetsCondition(provider.condition, {
      assertion: claims,
      google: { subject, groups },
    })
  )
    throw new StsError(
      'unauthorized_client',
      'The given credential is rejected by the attribute condition.',
    );
  return federatedPrincipal(poolOf(provider), subject, groups);
}

/** Name of the pool a provider is in. */
export function poolOf(provider: FederationProvider): string {
  return provider.name.replace(/\/providers\/[^/]+$/, '');
}

/** People come from a workforce pool, programs from a workload identity pool. */
export function isWorkforce(provider: FederationProvider): boolean {
  return provider.name.startsWith('locations/');
}

function groupsOf(
  claims: JWTPayload,
  { mapping }: FederationProvider,
): string[] {
  const groups = mapping.groups && claimAt(mapping.groups, claims);
  if (!Array.isArray(groups)) return [];
  if (groups.length > MAX_GROUPS)
    throw new StsError(
      'invalid_grant',
      `The number of groups exceeds the limit of ${MAX_GROUPS}.`,
    );
  return groups.map(String);
}

function claimAt(expression: string, claims: JWTPayload): unknown {
  const name = /^assertion\.(\w+)$/.exec(expression)?.[1];
  if (name === undefined)
    throw new TypeError(
      `The simulator does not know the mapping ${expression}`,
    );
  return claims[name];
}
