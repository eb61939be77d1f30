import {
  invalidAnswer,
  type JobReading,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import type { VertexClient, VertexRequest } from '../vertexClient';
import { labels, text, time } from '../vertexFields';
import { customJobLink, pipelineJobLink } from '../vertexLinks';
import { askedFor } from './askedMachines';
import { toTrainingState } from './trainingStates';

/** Collections that a training can be in. @internal */
export const JOB_KINDS = ['customJobs', 'pipelineJobs'] as const;
/** @internal */
export type JobKind = (typeof JOB_KINDS)[number];

/** A custom job or a pipeline job, as far as we read it. Source: custom_job.proto, pipeline_job.proto. */
const jobSchema = z.looseObject({
  name: z.string(),
  state: z.string().regex(/^(JOB|PIPELINE)_STATE_[A-Z_]{1,40}$/),
  labels,
  createTime: time,
  startTime: time,
  endTime: time,
  error: z.object({ code: z.int().nullish(), message: text }).nullish(),
});

/** A training as Vertex AI tells of it. @internal */
export interface TrainingJob {
  kind: JobKind;
  id: string;
  /** `customJobs/4567`. */
  platformRunId: string;
  labels: Readonly<Record<string, string>>;
  createTime?: Date;
  /** All of it, in the form of a template's job. */
  body: z.output<typeof jobSchema>;
}

/** What can hold a parameter, but for `pipelineSpec`: a compiled pipeline alone can have a megabyte. */
const READ_MASKS: Record<JobKind, string> = {
  customJobs:
    'name,displayName,state,labels,createTime,startTime,endTime,error,jobSpec,encryptionSpec',
  pipelineJobs:
    'name,displayName,state,labels,createTime,startTime,endTime,error,runtimeConfig,serviceAccount,templateUri,network,encryptionSpec',
};
/** Jobs of a page. Vertex AI does not say how many it gives at most; asked for more than that, it gives fewer. */
const PAGE_SIZE = 100;
/** Largest page and job read, in bytes. */
const MAX_BYTES = 8 * 1024 * 1024;

const listSchema = z.object({
  nextPageToken: z
    .string()
    .nullish()
    .transform(token => token ?? undefined),
  customJobs: z.array(jobSchema).optional(),
  pipelineJobs: z.array(jobSchema).optional(),
});

/** What is asked for, and which permission it needs: `aiplatform.customJobs.get`. @internal */
export function jobRequest(
  kind: JobKind,
  verb: 'get' | 'list' | 'create' | 'cancel',
  target: string,
): Pick<VertexRequest, 'target' | 'needs' | 'maxBytes'> {
  return { target, needs: `aiplatform.${kind}.${verb}`, maxBytes: MAX_BYTES };
}

/** Reads `customJobs/4567` apart. Undefined for anything else: it becomes a part of an address. @internal */
export function parseRunId(
  platformRunId: string,
): { kind: JobKind; id: string } | undefined {
  const [, custom, pipeline] =
    /^(?:customJobs\/([0-9]{1,20})|pipelineJobs\/([a-z][-a-z0-9]{0,127}))$/.exec(
      platformRunId,
    ) ?? [];
  if (custom) return { kind: 'customJobs', id: custom };
  return pipeline ? { kind: 'pipelineJobs', id: pipeline } : undefined;
}

/** The same. Throws for anything else. @internal */
export function requireRunId(
  client: VertexClient,
  platformRunId: string,
): { kind: JobKind; id: string } {
  const parsed = parseRunId(platformRunId);
  if (parsed) return parsed;
  throw invalidAnswer(client.connection.id, 'has no job of such a name');
}

/** A job of an answer. Throws `platform-response-invalid` for one of another place. @internal */
export function toTrainingJob(
  client: VertexClient,
  kind: JobKind,
  body: z.output<typeof jobSchema>,
): TrainingJob {
  const { id } = client.ownName(body.name, kind);
  const platformRunId = `${kind}/${id}`;
  return {
    kind,
    id,
    platformRunId,
    labels: body.labels,
    createTime: body.createTime,
    body,
  };
}

/** Reads one job. @internal */
export async function readTraining(
  client: VertexClient,
  call: PlatformCall,
  { platformRunId, runId }: { platformRunId: string; runId?: string },
): Promise<TrainingJob> {
  const { kind, id } = requireRunId(client, platformRunId);
  const body = await client.get(
    call,
    {
      path: `${kind}/${id}`,
      runId,
      ...jobRequest(kind, 'get', `job ${platformRunId}`),
    },
    jobSchema,
  );
  const job = toTrainingJob(client, kind, body);
  if (job.platformRunId === platformRunId) return job;
  throw invalidAnswer(
    client.connection.id,
    `described another job than ${platformRunId}`,
  );
}

/** Creates a job, once: a repetition would be a second one, or an error. @internal */
export async function createTraining(
  client: VertexClient,
  call: PlatformCall,
  kind: JobKind,
  request: Pick<VertexRequest, 'target' | 'actAs' | 'asksFor' | 'query'> & {
    runId: string;
    body: Record<string, unknown>;
  },
): Promise<TrainingJob> {
  const body = await client.post(
    call,
    {
      ...jobRequest(kind, 'create', request.target),
      ...request,
      path: kind,
      repeat: 'once',
    },
    jobSchema,
  );
  return toTrainingJob(client, kind, body);
}

/** Reads a list of jobs, page by page; `enough` is asked after each page. @internal */
export async function listTrainings(
  client: VertexClient,
  call: PlatformCall,
  kind: JobKind,
  options: {
    filter: string;
    runId?: string;
    maxPages: number;
    onPage: (jobs: TrainingJob[]) => boolean;
  },
): Promise<{ complete: boolean }> {
  const { complete } = await client.getPages(
    call,
    {
      path: kind,
      query: {
        filter: options.filter,
        pageSize: PAGE_SIZE,
        readMask: READ_MASKS[kind],
      },
      runId: options.runId,
      ...jobRequest(kind, 'list', 'the list of training jobs'),
    },
    listSchema,
    {
      maxPages: options.maxPages,
      enough: pages => {
        const bodies = pages[pages.length - 1][kind] ?? [];
        return options.onPage(
          bodies.map(body => toTrainingJob(client, kind, body)),
        );
      },
    },
  );
  return { complete };
}

/** What we show of a job. Throws for a state that is not in the tables. @internal */
export function toReading(
  client: VertexClient,
  job: TrainingJob,
): Extract<JobReading, { kind: 'found' }> {
  const { state, error, startTime, endTime } = job.body;
  const { project } = client.settings;
  const known = toTrainingState(
    {
      state: state.replace(/^(JOB|PIPELINE)_STATE_/, ''),
      error: error
        ? { code: error.code ?? 0, message: error.message }
        : undefined,
    },
    { project, asksFor: askedFor(job.kind, job.body) },
  );
  if (!known)
    throw invalidAnswer(
      client.connection.id,
      `reports a state of ${job.platformRunId} that we do not know`,
    );
  const over = known.state !== 'submitted' && known.state !== 'running';
  return {
    kind: 'found',
    platformRunId: job.platformRunId,
    url: consolePage(client, job),
    ...known,
    startedAt: startTime,
    endedAt: over ? endTime : undefined,
  };
}

/** Page of a job in the console. @internal */
export function consolePage(
  { settings }: VertexClient,
  { kind, id }: Pick<TrainingJob, 'kind' | 'id'>,
): string {
  return kind === 'customJobs'
    ? customJobLink(settings, id)
    : pipelineJobLink(settings, id);
}
