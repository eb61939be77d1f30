import { READER, TRAINER } from './principals';

/** A federation policy as an account admin would set it. Source: reference, databricks section 1.3. */
export interface FederationPolicy {
  /** Application id of the service principal it belongs to; absent for an account-wide policy. */
  servicePrincipal?: string;
  issuer: string;
  audiences: string[];
  /** Required on a service principal's policy, forbidden on an account-wide one. */
  subject?: string;
  /** `sub` when left out. */
  subjectClaim?: string;
}

/** The policies of the demo: people by e-mail, the portal's workload as the reader, team fraud as the trainer. */
export function demoFederationPolicies(issuer: string): FederationPolicy[] {
  return [
    { issuer, audiences: ['backstage'], subjectClaim: 'email' },
    {
      servicePrincipal: READER,
      issuer,
      audiences: ['databricks-demo'],
      subject: 'backstage-reader',
    },
    {
      servicePrincipal: TRAINER,
      issuer,
      audiences: ['backstage'],
      subject: 'fraud',
      subjectClaim: 'team',
    },
  ];
}

/** Refuses what the administration API would refuse. */
export function checkFederationPolicy(
  policy: FederationPolicy,
): FederationPolicy {
  if (!policy.issuer || !Array.isArray(policy.audiences))
    throw new TypeError("A policy needs 'issuer' and 'audiences'");
  if (policy.servicePrincipal && !policy.subject)
    throw new TypeError("A service principal's policy needs a 'subject'");
  if (!policy.servicePrincipal && policy.subject)
    throw new TypeError("An account-wide policy has no 'subject'");
  return policy;
}
