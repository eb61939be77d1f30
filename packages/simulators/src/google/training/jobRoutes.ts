import type { Express } from 'express';
import type { ApiCall, ApiRoute } from '../apiRoute';
import { failedPrecondition, notFound } from '../googleErrors';
import { listPage } from '../listPage';
import { withReadMask } from '../messages/fieldMask';
import { ordered } from '../messages/listQuery';
import { readMessage, type Message } from '../messages/readMessage';
import { collectionPath, itemPath, resourceName } from '../names';
import { beginOperation, finishOperation } from '../operations/operations';
import { filteredJobs } from './jobFilter';
import { isFinished, stateName, toJobView } from './jobs';
import type { JobKind, TrainingJob } from './jobs';
import type { JobScheduler } from './JobScheduler';
import { readCustomJob, readPipelineJob } from './readJob';
import {
  newJob,
  readPipelineJobId,
  requireAccount,
  requireQuota,
} from './startJob';

/** The default and the largest page are not documented for jobs. */
const PAGES = { default: 50, max: 100 };

const ORDER_FIELDS = ['createTime', 'updateTime', 'startTime', 'endTime'];

/** Custom jobs and pipeline jobs. Source: reference, google sections 3.1 and 3.3. */
export function jobRoutes(
  app: Express,
  api: ApiRoute,
  scheduler: () => JobScheduler,
): void {
  for (const kind of ['customJobs', 'pipelineJobs'] as const) {
    app.post(
      collectionPath(kind),
      api(`aiplatform.${kind}.create`, call => {
        const job =
          kind === 'customJobs' ? customJobOf(call) : pipelineJobOf(call);
        job.willFail = call.cloud.failNextJob;
        call.cloud.failNextJob = undefined;
        scheduler().accept(job);
        return toJobView(job);
      }),
    );
    app.get(
      collectionPath(kind),
      api(`aiplatform.${kind}.list`, call => listJobs(call, kind)),
    );
    app.get(
      itemPath(kind),
      api(`aiplatform.${kind}.get`, call => {
        call.onlyQuery();
        return toJobView(requireJob(call, kind));
      }),
    );
    app.post(
      itemPath(kind, 'cancel'),
      api(`aiplatform.${kind}.cancel`, call => {
        call.onlyQuery();
        readMessage(call.body(), { name: 'string' });
        const job = requireJob(call, kind);
        // Not established: that the end of a job is told, and not read over.
        if (isFinished(job))
          throw failedPrecondition(
            `The job ${job.name} is in state ${stateName(
              job,
            )} and can not be canceled.`,
          );
        scheduler().cancel(job);
        return {};
      }),
    );
    app.delete(
      itemPath(kind),
      api(`aiplatform.${kind}.delete`, call => {
        call.onlyQuery();
        const job = requireJob(call, kind);
        if (!isFinished(job))
          throw failedPrecondition(
            `The job ${job.name} is in state ${stateName(
              job,
            )} and can not be deleted.`,
          );
        scheduler().forget(job);
        const operation = beginOperation(
          call.cloud,
          job.name,
          'DeleteOperationMetadata',
        );
        finishOperation(operation);
        return operation;
      }),
    );
  }
}

function customJobOf(call: ApiCall): TrainingJob {
  call.onlyQuery();
  const asked = readCustomJob(call.body());
  requireAccount(call, 'customJobs', asked);
  requireQuota(call.cloud);
  return newJob(call.cloud, 'customJobs', asked, call.principal.name);
}

function pipelineJobOf(call: ApiCall): TrainingJob {
  call.onlyQuery('pipelineJobId');
  const asked = readPipelineJob(call.body());
  const id = readPipelineJobId(call);
  requireAccount(call, 'pipelineJobs', asked);
  requireQuota(call.cloud);
  return newJob(call.cloud, 'pipelineJobs', asked, call.principal.name, id);
}

function listJobs(call: ApiCall, kind: JobKind): Message {
  const orders = kind === 'pipelineJobs';
  call.onlyQuery(
    'filter',
    'pageSize',
    'pageToken',
    'readMask',
    ...(orders ? ['orderBy'] : []),
  );
  const ofKind = [...call.cloud.jobs.values()].filter(job => job.kind === kind);
  const views = filteredJobs(ofKind, call.query('filter'), kind)
    .map(toJobView)
    .reverse();
  const { items, nextPageToken } = listPage(
    call,
    orders ? ordered(views, call.query('orderBy'), ORDER_FIELDS) : views,
    PAGES,
  );
  return {
    ...(items.length > 0 && {
      [kind]: items.map(view => withReadMask(view, call.query('readMask'))),
    }),
    ...(nextPageToken && { nextPageToken }),
  };
}

function requireJob(call: ApiCall, kind: JobKind): TrainingJob {
  const name = resourceName(kind, call.param('id'));
  const job = call.cloud.jobs.get(name);
  if (!job) throw notFound(`The ${kind.slice(0, -1)} does not exist: ${name}`);
  return job;
}
