import type { Express } from 'express';
import {
  JOB_STATES,
  type AdvanceJobOptions,
  type PlantedJob,
} from '../../handles/googleTrainingTypes';
import { controlRoute } from '../../server/controlRoute';
import type { GoogleCloud } from '../GoogleCloud';
import type { RpcStatus } from '../googleErrors';
import type { Message } from '../messages/readMessage';
import { LOCATION, PROJECT_NUMBER } from '../names';
import { subjectMember, TRAINER, WORKFORCE_POOL } from '../principals';
import type { RunningCloud } from '../startGoogle';
import { isFinished, toSimulatedJob, type TrainingJob } from './jobs';
import type { JobScheduler } from './JobScheduler';
import { newJob, quotaMessage } from './startJob';

/** Somebody of the same project who does not use the portal. */
const STRANGER = subjectMember(WORKFORCE_POOL, 'mallory@acme.example');

const QUOTA = 'custom_model_training_cpus';

/** States a job passes on its way, in order; the others are taken at once. */
const ON_THE_WAY = ['QUEUED', 'PENDING', 'RUNNING'];

/** The control routes of jobs. Names are in bodies, since they have slashes. */
export function jobControlRoutes(
  control: Express,
  running: () => RunningCloud,
): void {
  const requireJob = (name: string): TrainingJob => {
    const job = [...running().cloud.jobs.values()].find(
      known => known.name === name || `${known.kind}/${known.id}` === name,
    );
    if (!job) throw new TypeError(`There is no job ${name}`);
    return job;
  };
  control.get(
    '/__control/jobs',
    controlRoute(() => [...running().cloud.jobs.values()].map(toSimulatedJob)),
  );
  control.post(
    '/__control/jobs',
    controlRoute(({ body }) => {
      const job = plantedJob(running().cloud, body);
      running().jobs.accept(job);
      return toSimulatedJob(job);
    }),
  );
  control.post(
    '/__control/jobs/advance',
    controlRoute(async ({ body: { name, ...options } }) => {
      const job = requireJob(name);
      await advance(running().jobs, job, options);
      return toSimulatedJob(job);
    }),
  );
  control.post(
    '/__control/jobs/forget',
    controlRoute(({ body }) => running().jobs.forget(requireJob(body.name))),
  );
  control.post(
    '/__control/failing-job',
    controlRoute(({ body }) => {
      running().cloud.failNextJob = readError(body);
    }),
  );
}

async function advance(
  jobs: JobScheduler,
  job: TrainingJob,
  options: AdvanceJobOptions,
): Promise<void> {
  const { to, code } = options;
  if (to !== undefined && !JOB_STATES.includes(to))
    throw new TypeError(`'to' is one of ${JOB_STATES.join(', ')}`);
  if (code !== undefined || to === 'FAILED') {
    const error = readError(options);
    jobs.force(job, error.code === 1 ? 'CANCELLED' : 'FAILED', error);
  } else if (to === undefined) {
    await jobs.advance(job);
  } else if (to === 'CANCELLING') {
    jobs.cancel(job);
  } else if (
    ON_THE_WAY.includes(to) ||
    to === 'SUCCEEDED' ||
    to === 'CANCELLED'
  ) {
    while (job.state !== to && !isFinished(job)) await jobs.advance(job);
  } else {
    jobs.force(job, to);
  }
}

/** google.rpc.Code 3 unless told; 8 says which quota. */
function readError({ code = 3, message }: AdvanceJobOptions): RpcStatus {
  if (!Number.isInteger(code) || code < 1 || code > 16)
    throw new TypeError("'code' is a google.rpc.Code from 1 to 16");
  const usual = code === 8 ? quotaMessage([QUOTA]) : 'Ended by a test.';
  return { code, message: message ?? usual };
}

function plantedJob(cloud: GoogleCloud, plan: PlantedJob): TrainingJob {
  const { kind = 'customJobs', serviceAccount = TRAINER } = plan;
  const common = {
    displayName: plan.displayName ?? 'planted',
    ...(plan.labels && { labels: plan.labels }),
  };
  const asked: Message =
    kind === 'customJobs'
      ? { ...common, jobSpec: jobSpecOf(plan, serviceAccount) }
      : {
          ...common,
          templateUri: `https://${LOCATION}-kfp.pkg.dev/ml-demo/pipelines/forecast/latest`,
          runtimeConfig: {
            gcsOutputDirectory: `gs://ml-demo-pipelines/${PROJECT_NUMBER}`,
            parameterValues: plan.parameterValues ?? {
              model: 'demand-forecast',
            },
          },
          serviceAccount,
        };
  return newJob(cloud, kind, asked, plan.by ?? STRANGER, plan.id);
}

function jobSpecOf(plan: PlantedJob, serviceAccount: string): Message {
  return {
    workerPoolSpecs: [
      {
        containerSpec: {
          imageUri:
            'europe-west4-docker.pkg.dev/ml-demo/training/forecast-trainer:3',
          args: plan.args ?? ['--epochs', '2'],
          env: Object.entries(plan.env ?? { MODEL: 'demand-forecast' }).map(
            ([name, value]) => ({ name, value }),
          ),
        },
        machineSpec: { machineType: 'n1-standard-4' },
        replicaCount: '1',
      },
    ],
    serviceAccount,
  };
}
