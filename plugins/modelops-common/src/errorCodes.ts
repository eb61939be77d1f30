/**
 * Every code that `error.code` of an answer, `refusalCode` of an audit entry or `failure.code` of a run can have, and
 * what to do about it. Codes are stable; sentences may change.
 * @public
 */
export const ERROR_CODES = {
  // The request itself
  'request-invalid': 'Correct the field that the message names',
  'idempotency-key-invalid':
    'Send the header Idempotency-Key with 16 to 128 of A-Z a-z 0-9 _ -',
  'idempotency-key-reused': 'Use a new Idempotency-Key for another request',
  'too-many-refusals':
    'Wait a minute; more than 30 requests in a minute were refused or failed',
  // The ID token (design §5, step 2)
  'identity-missing':
    'Sign in with the identity provider and send its ID token',
  'identity-too-large': 'The ID token is over 8 kB; ask for fewer claims',
  'identity-malformed': 'Send the ID token as the identity provider issued it',
  'identity-algorithm':
    'The identity provider has to sign with an asymmetric algorithm',
  'identity-type': 'Send an ID token, not an access or logout token',
  'identity-key-unknown':
    'The token was signed with a key the identity provider does not publish',
  'identity-signature': 'The token was changed or signed by somebody else',
  'identity-issuer':
    'The token comes from another issuer than modelops.identity.issuer',
  'identity-audience':
    'The token was issued to another client than modelops.identity.audience',
  'identity-authorized-party':
    'The token was issued for another client (azp) than modelops.identity.audience',
  'identity-expired': 'Sign in again',
  'identity-not-yet-valid':
    'Check the clocks of the identity provider and of this server',
  'identity-claim-missing':
    'Ask the identity provider to put the missing claim into the ID token',
  'identity-email-unverified':
    'Have the identity provider verify the e-mail address',
  'identity-domain':
    'The e-mail domain is not in modelops.identity.allowedDomains',
  'identity-user-unknown': 'Add a User with this e-mail address to the catalog',
  'identity-user-ambiguous':
    'Several Users of the catalog match; make them unique',
  'identity-user-mismatch':
    'The ID token belongs to somebody else than the signed-in user',
  'identity-provider-unreachable':
    'The identity provider does not answer; try again later',
  // What is asked for
  'entity-not-found':
    'Check the entity reference, and whether you may see the entity',
  'run-not-found': 'Check the run id, and whether you may see the run',
  'binding-malformed': 'Write the annotation as <connection>:<resource>',
  'binding-missing': 'Add the annotation that the message names',
  'binding-connection-unknown': 'Name a connection of modelops.connections',
  'binding-resource-unknown':
    'Name a resource of the kinds that the message lists',
  'operation-unsupported': 'This platform does not offer the operation',
  'parameters-invalid': 'Correct the parameter that the message names',
  'target-unknown': 'Name a resource that the annotation of the entity names',
  'version-unknown': 'Choose a version that the registry has',
  'version-not-ready': 'Wait until the version is ready, or choose another',
  'traffic-invalid': 'Correct the shares as the message says',
  'serving-changed':
    'What is served changed since you looked; look again, then decide again',
  'rollback-unknown':
    'Nothing was changed here that could be taken back; move the traffic instead',
  'prediction-invalid': 'Correct the input as the message says',
  'prediction-too-large': 'Send less than 1 MB at once',
  // Access (step 4)
  'permission-denied':
    'Ask for the Backstage permission that the message names',
  'role-missing': 'Ask for membership in the group that the message names',
  'owner-required': 'Only a group that owns the entity may do this',
  'origin-untrusted':
    'Register the entity from a location of modelops.trustedLocations',
  'environment-not-allowed': 'Ask for a role that allows this environment',
  'identity-needed':
    'Sign in with the identity provider; the role is bound to a claim of your ID token',
  'claims-overage':
    'Your ID token names too many groups to carry them; ask for a role bound to a Backstage group',
  'guardrail-exceeded':
    'Choose a value within the guardrail that the message names',
  'concurrent-runs-limit': 'Wait for one of your runs to end, or cancel it',
  'predictions-limit': 'Wait a minute; your role limits predictions',
  'create-not-allowed':
    'Ask for a role whose rule says createEndpoints: true, or have the endpoint created',
  'promotion-not-allowed':
    'Ask for a role whose rule lists the environment of the version in fromEnvironments',
  // Credentials (step 7)
  'workload-identity-missing': 'Configure modelops.identity.workload',
  'exchange-refused':
    'Check issuer, audience and subject of the token against what the platform trusts',
  'exchange-unreachable': 'The token endpoint does not answer; try again later',
  'exchange-response-invalid':
    'The token endpoint sent something that is no token; check the host of the connection',
  'credential-too-long-lived':
    'The credential outlives 60 minutes; shorten it, or set acceptLongLived on the connection',
  'credential-expired': 'The ID token has too little life left; sign in again',
  'platform-identity-mismatch':
    'The platform sees somebody else; check which claim names people there',
  // The platform (steps 5, 8)
  'platform-unreachable': 'The platform does not answer; try again later',
  'platform-refused-credential':
    'The platform refused a credential it had issued; try again, then check what it trusts',
  'platform-permission-denied':
    'Ask the owner on the platform for the right that the message names',
  'platform-not-found':
    'The platform has no such resource; check the annotation',
  'platform-rejected-request':
    'The platform refused the request as invalid; check parameters and resource',
  'platform-throttled':
    'The platform limits the rate of requests; wait and try again',
  'platform-quota-exceeded':
    'Ask for less, try again later, or ask the owner of the project for more quota',
  'platform-conflict':
    'Something else changed the resource at the same time; look at it and try again',
  'platform-failed':
    'The platform reported an error of its own; try again later',
  'platform-response-invalid':
    'The platform sent an answer we do not understand; report it with the trace id',
  'platform-response-too-large': 'The platform sent more than we accept',
  'platform-run-not-ours':
    'A job with the id of this run exists that is not the one we asked for; have it looked at',
  // What became of a run
  'never-sent': 'Nothing was started; start again',
  'job-failed': 'Look at the log of the run',
  'job-timed-out': 'The job hit its time limit',
  'job-quota-exceeded':
    'Ask for less, try again later, or ask the owner of the project for more quota',
  'deployment-failed': 'Look at what is served now, and at the log of the run',
  'change-superseded':
    'Somebody changed the endpoint again before the end of this change was seen; look at what it serves',
  'job-skipped':
    'The platform did not run the job, its concurrency limit was reached',
  'job-forgotten': 'The platform no longer knows the job',
  'job-unclear':
    'Look on the platform whether the run was carried out, and start again only if it was not',
  'logs-disabled': 'Logs are switched off for this connection',
  // Us
  'audit-unavailable':
    'The audit ledger cannot be written, so nothing was started; try again later',
  'run-state-conflict': 'The run changed meanwhile; look again',
  'run-over': 'The run is over; there is nothing to cancel',
  'run-without-job': 'What became of the run says why',
  'run-not-submitted':
    'The run has no job on the platform yet; try again in a moment',
  internal: 'Report it with the trace id',
} as const;

/** Stable code of an error. @public */
export type ErrorCode = keyof typeof ERROR_CODES;
