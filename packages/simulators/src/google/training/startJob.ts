import type { ApiCall } from '../apiRoute';
import type { GoogleCloud } from '../GoogleCloud';
import { GoogleError, invalidArgument } from '../googleErrors';
import type { Message } from '../messages/readMessage';
import { PROJECT_NUMBER, resourceName } from '../names';
import { newNumericId } from '../operations/operations';
import { serviceAccountResource } from '../principals';
import type { JobKind, TrainingJob } from './jobs';

/** Whom a job runs as that names no account. Source: reference, google sections 3.1 and 3.3. */
const DEFAULT_ACCOUNTS = {
  customJobs: `service-${PROJECT_NUMBER}@gcp-sa-aiplatform-cc.iam.gserviceaccount.com`,
  pipelineJobs: `${PROJECT_NUMBER}-compute@developer.gserviceaccount.com`,
};

/** Source: the official Python SDK, and pipeline_service.proto. */
const PIPELINE_JOB_ID = /^[a-z][-a-z0-9]{0,126}$/;

/** Whom a job will run as; the caller must be allowed to. A job with Google's own agent needs no right. */
export function requireAccount(
  call: ApiCall,
  kind: JobKind,
  asked: Message,
): void {
  const account = accountOf(kind, asked);
  if (account === DEFAULT_ACCOUNTS.customJobs) return;
  if (
    !call.cloud.serviceAccounts.includes(account) ||
    !call.may('iam.serviceAccounts.actAs', serviceAccountResource(account))
  )
    // Recalled: without ErrorInfo, unlike other refusals.
    throw new GoogleError(
      'PERMISSION_DENIED',
      `You do not have permission to act as service_account: ${account}. (or it may not exist).`,
    );
}

/** Refuses while a quota is used up. Source of the text: reference, google section 3.8. */
export function requireQuota({ behaviour }: GoogleCloud): void {
  if (behaviour.exceededQuotas.length > 0)
    throw new GoogleError(
      'RESOURCE_EXHAUSTED',
      quotaMessage(behaviour.exceededQuotas),
    );
}

export function quotaMessage(metrics: string[]): string {
  return `The following quota metrics exceed quota limits: ${metrics
    .map(metric => `aiplatform.googleapis.com/${metric}`)
    .join(',')}`;
}

/** The id the caller chose for a pipeline job, which must be free. */
export function readPipelineJobId(call: ApiCall): string | undefined {
  const id = call.query('pipelineJobId');
  if (!id) return undefined;
  if (!PIPELINE_JOB_ID.test(id))
    throw invalidArgument(
      `Invalid pipeline_job_id "${id}": it must match ${PIPELINE_JOB_ID.source}.`,
    );
  const name = resourceName('pipelineJobs', id);
  if (call.cloud.jobs.has(name))
    throw new GoogleError(
      'ALREADY_EXISTS',
      `Pipeline job already exists: ${name}`,
    );
  return id;
}

/** A new job, not yet with the scheduler. */
export function newJob(
  cloud: GoogleCloud,
  kind: JobKind,
  asked: Message,
  creator: string,
  chosenId?: string,
): TrainingJob {
  const id = chosenId ?? newNumericId();
  const now = cloud.timestamp();
  if (kind === 'pipelineJobs')
    // A label of Google's own; a caller's value is overwritten.
    asked.labels = {
      ...asked.labels,
      'vertex-ai-pipelines-run-billing-id': newNumericId(),
    };
  return {
    kind,
    id,
    name: resourceName(kind, id),
    asked,
    creator,
    serviceAccount: accountOf(kind, asked),
    state: 'QUEUED',
    createTime: now,
    updateTime: now,
  };
}

function accountOf(kind: JobKind, asked: Message): string {
  const named =
    kind === 'customJobs' ? asked.jobSpec.serviceAccount : asked.serviceAccount;
  return (named || DEFAULT_ACCOUNTS[kind]).toLowerCase();
}
