import type { TimedEpoch } from '../../training/timedEpochs';
import type { GoogleCloud } from '../GoogleCloud';
import { PROJECT_ID, LOCATION } from '../names';
import type { TrainingJob } from '../training/jobs';
import type { LogEntry } from './logEntries';

/** Entries kept before the oldest are forgotten; a demo may run for days. */
const KEPT_ENTRIES = 20_000;

/** Writes a line of a job. */
export function logJob(
  cloud: GoogleCloud,
  job: TrainingJob,
  text: string,
  severity: LogEntry['severity'] = 'INFO',
): void {
  write(cloud, job, cloud.now(), severity, { textPayload: text });
}

/** Writes a structured line for each epoch, at the time it ended. */
export function logEpochs(
  cloud: GoogleCloud,
  job: TrainingJob,
  epochs: readonly TimedEpoch[],
): void {
  for (const { epoch, at, loss, accuracy, auc } of epochs)
    write(cloud, job, at, 'INFO', {
      jsonPayload: {
        message: `epoch ${epoch}: loss ${loss.toFixed(
          4,
        )}, accuracy ${accuracy.toFixed(4)}`,
        epoch,
        loss,
        accuracy,
        auc,
      },
    });
}

function write(
  cloud: GoogleCloud,
  job: TrainingJob,
  at: number,
  severity: LogEntry['severity'],
  payload: Pick<LogEntry, 'textPayload' | 'jsonPayload'>,
): void {
  const timestamp = new Date(at).toISOString();
  cloud.lastInsertId += 1;
  cloud.logEntries.push({
    ...payload,
    insertId: `s${cloud.lastInsertId.toString(36).padStart(12, '0')}`,
    resource: resourceOf(job),
    timestamp,
    severity,
    logName: `projects/${PROJECT_ID}/logs/workerpool0-0`,
    receiveTimestamp: cloud.timestamp(),
  });
  if (cloud.logEntries.length > KEPT_ENTRIES) cloud.logEntries.shift();
}

/** Source: reference, google section 4. */
function resourceOf(job: TrainingJob): LogEntry['resource'] {
  return job.kind === 'customJobs'
    ? {
        type: 'ml_job',
        labels: {
          job_id: job.id,
          task_name: 'workerpool0-0',
          project_id: PROJECT_ID,
        },
      }
    : {
        type: 'aiplatform.googleapis.com/PipelineJob',
        labels: {
          pipeline_job_id: job.id,
          location: LOCATION,
          resource_container: PROJECT_ID,
        },
      };
}
