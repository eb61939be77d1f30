import { UNCONFIRMED_PRINCIPAL } from 'backstage-plugin-modelops-common';
import type { Credential } from 'backstage-plugin-modelops-node';
import { type NewAuditEntry, SYSTEM_ACTOR } from '../audit/auditEntry';
import type { RequestFacts } from '../audit/RequestJournal';
import type { StoredRun } from './runRow';

/** What every entry about a run says of it. */
export function runFacts(
  run: Pick<
    StoredRun,
    | 'id'
    | 'action'
    | 'operation'
    | 'entityRef'
    | 'connection'
    | 'resource'
    | 'role'
    | 'rule'
    | 'mappingHash'
    | 'runsAs'
    | 'version'
    | 'before'
  >,
) {
  return {
    runId: run.id,
    action: run.action,
    operation: run.operation,
    entityRef: run.entityRef,
    version: run.version,
    before: run.before,
    connections: [run.connection],
    resources: [`${run.connection}:${run.resource}`],
    role: run.role,
    rule: run.rule,
    mappingHash: run.mappingHash,
    principal: run.runsAs.principal,
  } satisfies Partial<NewAuditEntry>;
}

/** What an entry says of a credential: never the credential. */
export function credentialFacts(credential: Credential) {
  return {
    principal: credential.confirmed
      ? credential.principal
      : UNCONFIRMED_PRINCIPAL,
    credential: {
      fingerprint: credential.accessToken.fingerprint(),
      expiresAt: credential.expiresAt.toISOString(),
    },
  } satisfies Partial<NewAuditEntry>;
}

/** An entry of the reconciler: found out by us, about somebody's run. */
export function systemFacts(run: StoredRun): RequestFacts {
  return { ...runFacts(run), actor: SYSTEM_ACTOR };
}
