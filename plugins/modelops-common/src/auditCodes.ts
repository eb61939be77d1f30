import { z } from 'zod';

/**
 * Every code an audit entry can have, and what it records. The list is closed: an entry with another code is refused.
 * @public
 */
export const AUDIT_CODES = {
  'run.requested': 'A run was recorded; nothing has been sent yet',
  'run.exchanged':
    'There is a credential for the run; its principal is the one the platform confirmed, or marked as unconfirmed',
  'run.submitted': 'The platform accepted the job and named it',
  'run.running': 'The platform reports that the job runs',
  'run.succeeded': 'The platform reports that the job succeeded',
  'run.failed': 'The job failed, or was never sent',
  'run.canceled': 'The platform reports that the job was canceled',
  'run.unknown': 'The platform gave no answer; the run is being found out',
  'run.lost': 'The platform no longer knows the job',
  'run.late': 'A job turned up for a run that was closed as never sent',
  'run.not-ours':
    "A job carries this run's id but is not the one we asked for; it was not adopted",
  'run.refused': 'A request to start a run was refused',
  'run.replayed':
    'The same request with the same idempotency key was answered with the run it had started',
  'run.start-failed':
    'A request to start a run ended before a run was recorded',
  'run.cancel-requested':
    'Somebody asked to cancel the job; nothing has been sent yet',
  'run.cancel-sent': 'The platform took the request to cancel',
  'run.cancel-refused': 'A request to cancel a run was refused',
  'run.cancel-failed': 'The platform did not take the request to cancel',
  'run.logs-read': 'The log tail of a run was read as the person',
  'run.logs-refused': 'Reading the log tail of a run was refused',
  'run.logs-failed': 'The log tail of a run could not be read',
  'run.result-read': 'The result of a run was read as the person',
  'run.result-refused': 'Reading the result of a run was refused',
  'run.result-failed': 'The result of a run could not be read',
  'form.read': 'The form of an action was read as the person',
  'form.refused': 'Reading the form of an action was refused',
  'form.failed': 'The form of an action could not be read',
  'versions.read': 'Versions of a model were read',
  'versions.refused': 'Reading versions of a model was refused',
  'versions.failed': 'Versions of a model could not be read',
  'serving.read': 'What an endpoint serves was read',
  'serving.refused': 'Reading what an endpoint serves was refused',
  'serving.failed': 'What an endpoint serves could not be read',
  'prediction.requested':
    'Somebody asked a served model; nothing has been sent yet. The content is not recorded, only its size and keyed hash',
  'prediction.answered': 'The model answered',
  'prediction.refused': 'A request to a served model was refused',
  'prediction.failed':
    'The platform did not answer a request to a served model',
  'prediction.form-read': 'What a served model can be asked was read',
  'prediction.form-refused':
    'Reading what a served model can be asked was refused',
  'prediction.form-failed':
    'What a served model can be asked could not be read',
  'credential.issued': 'The platform issued a short-lived credential',
  'identity.refused': 'The ID token, or the person it names, was refused',
  'identity.failed': 'The ID token could not be checked',
  'mapping.loaded': 'The first role mapping of this portal took effect',
  'mapping.changed':
    'Another role mapping took effect; the entry says what differs',
  'mapping.rejected':
    'A changed role mapping was not valid; the one before stays in effect',
  'mapping.restart-needed':
    'Other parts of app-config changed, which take effect at a restart only',
  'audit.read': 'Entries of the ledger were listed',
  'audit.exported': 'An export of the ledger began',
  'audit.verified': 'The ledger was verified; the entry says with what result',
  'audit.refused': 'Reading, exporting or verifying the ledger was refused',
  'audit.failed': 'The ledger could not be read, exported or verified',
  'audit.key-added':
    'Checkpoints are signed with another key from here on; the entry says with which',
  'audit.archived':
    'Old entries were written to an archive file; a signed stub stands for them',
  'refusals.suppressed':
    'Further refusals or failures of one person within a minute, counted instead of recorded one by one',
} as const;

/** Code of an audit entry. @public */
export type AuditCode = keyof typeof AUDIT_CODES;

/** Code of an audit entry. @public */
export const auditCodeSchema = z.enum(
  Object.keys(AUDIT_CODES) as [AuditCode, ...AuditCode[]],
);

/** How a request ended. Present on the one entry that closes a request, absent on the others. @public */
export const auditOutcomeSchema = z.enum([
  'accepted',
  'refused',
  'replayed',
  'failed',
]);
/** How a request ended. @public */
export type AuditOutcome = z.infer<typeof auditOutcomeSchema>;
