import type { FederationProvider } from '../../handles/googleTypes';
import { PORTAL_CLIENT_ID, WORKLOAD_AUDIENCE } from '../../idp/clients';
import { WORKFORCE_POOL, WORKLOAD_POOL } from '../principals';

/** Seconds: the default of a workforce pool's sessionDuration, and what workload pools give. Source: reference, google section 1. */
const SESSION_SECONDS = 3600;

/** People by e-mail, the portal's workload by its subject. */
export function demoProviders(issuer: string): FederationProvider[] {
  return [
    {
      name: `${WORKFORCE_POOL}/providers/idp`,
      issuer,
      audiences: [PORTAL_CLIENT_ID],
      mapping: { subject: 'assertion.email', groups: 'assertion.groups' },
      condition: 'assertion.email_verified == true',
      sessionSeconds: SESSION_SECONDS,
      disabled: false,
    },
    {
      name: `${WORKLOAD_POOL}/providers/idp`,
      issuer,
      audiences: [WORKLOAD_AUDIENCE],
      mapping: { subject: 'assertion.sub' },
      sessionSeconds: SESSION_SECONDS,
      disabled: false,
    },
  ];
}
