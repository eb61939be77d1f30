import {
  tailOf,
  type KnownJob,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import { z } from 'zod';
import type { VertexClient } from '../vertexClient';
import { CLOCK_SKEW_MS } from '../vertexClock';
import { listOf, text } from '../vertexFields';
import { parseName } from '../vertexNames';
import { valueAt } from './placeholders';
import { readTraining, requireRunId, type TrainingJob } from './trainingJob';

/** Entries of a page; Cloud Logging gives up to 1000. */
const ENTRIES_PER_PAGE = 500;
/** Pages read at most. An empty page may have a next one: the search is not over then. About 60 calls a minute are allowed. */
const MAX_PAGES = 10;
/** Largest page read, in bytes; an entry has up to 256 kB. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
/** Read of one moment beyond what was asked for, in bytes. */
const MAX_MOMENT_BYTES = 1024 * 1024;
/** Custom jobs of a pipeline whose logs are looked for. */
const MAX_TASKS = 20;

/** Source: google/logging/v2/log_entry.proto. Anything else of an entry is not shown. */
const entrySchema = z.object({
  timestamp: text,
  insertId: text,
  severity: text,
  textPayload: text,
  jsonPayload: z.looseObject({ message: z.unknown().optional() }).nullish(),
});
type Entry = z.output<typeof entrySchema>;

const pageSchema = z.object({
  entries: listOf(entrySchema),
  nextPageToken: text,
});

/** Severities that are said beside the text. */
const LOUD: ReadonlySet<string> = new Set([
  'WARNING',
  'ERROR',
  'CRITICAL',
  'ALERT',
  'EMERGENCY',
]);

/** End of the log of a job, oldest first, of at most `maxBytes` bytes. @internal */
export async function readTrainingLog(
  client: VertexClient,
  call: PlatformCall,
  job: KnownJob & { platformRunId: string },
  maxBytes: number,
): Promise<string> {
  const resources = await logsOf(client, call, job);
  return readLogTail(client, call, job, { resources, maxBytes });
}

/**
 * End of what some resources have logged since a run was asked for, oldest first. `resources`: conditions joined by AND, of names
 * that were checked.
 * @internal
 */
export async function readLogTail(
  client: VertexClient,
  call: PlatformCall,
  job: KnownJob & { platformRunId: string },
  { resources, maxBytes }: { resources: string; maxBytes: number },
): Promise<string> {
  // Without a bound, Cloud Logging searches all that is kept.
  const since = new Date(job.notBefore.getTime() - CLOCK_SKEW_MS);
  const entries: Entry[] = [];
  let bytes = 0;
  for await (const entry of newestFirst(client, call, job, {
    filter: `${resources} AND timestamp>="${since.toISOString()}"`,
  })) {
    // Those of one moment do not come newest first, so all of them are read; but whoever logs may give everything one moment.
    const sameMoment =
      entry.timestamp === entries.at(-1)?.timestamp &&
      bytes < maxBytes + MAX_MOMENT_BYTES;
    if (bytes >= maxBytes && !sameMoment) break;
    entries.push(entry);
    bytes += Buffer.byteLength(lineOf(entry)) + 1;
  }
  return tailOf(entries.sort(byTime).map(lineOf).join('\n'), maxBytes);
}

async function* newestFirst(
  client: VertexClient,
  call: PlatformCall,
  job: KnownJob & { platformRunId: string },
  { filter }: { filter: string },
): AsyncGenerator<Entry> {
  let pageToken: string | undefined;
  for (let left = MAX_PAGES; left > 0; left--) {
    const page = await client.post(
      call,
      {
        host: client.settings.loggingHost,
        path: '/v2/entries:list',
        target: `the log of ${job.platformRunId}`,
        needs: 'logging.logEntries.list',
        runId: job.runId,
        maxBytes: MAX_PAGE_BYTES,
        repeat: 'read', // a list that is asked for by POST
        body: {
          resourceNames: [`projects/${client.settings.project}`],
          filter,
          orderBy: 'timestamp desc',
          pageSize: ENTRIES_PER_PAGE,
          ...(pageToken && { pageToken }),
        },
      },
      pageSchema,
    );
    yield* page.entries;
    if (!page.nextPageToken || page.nextPageToken === pageToken) return;
    pageToken = page.nextPageToken;
  }
}

/** What writes the log: the job; of a pipeline also the custom jobs that it started. */
async function logsOf(
  client: VertexClient,
  call: PlatformCall,
  job: KnownJob & { platformRunId: string },
): Promise<string> {
  const { kind, id } = requireRunId(client, job.platformRunId);
  if (kind === 'customJobs') return customJobLog(id);
  const tasks = customJobsOf(client, await readTraining(client, call, job));
  const own = `resource.type="aiplatform.googleapis.com/PipelineJob" AND resource.labels.pipeline_job_id="${id}"`;
  return tasks.length > 0
    ? `((${[own, ...tasks.map(customJobLog)].join(') OR (')}))`
    : own;
}

function customJobLog(id: string): string {
  return `resource.type="ml_job" AND resource.labels.job_id="${id}"`;
}

/** Source: pipeline_job.proto, PipelineTaskExecutorDetail. */
function customJobsOf(client: VertexClient, { body }: TrainingJob): string[] {
  const tasks = valueAt(body, ['jobDetail', 'taskDetails']);
  if (!Array.isArray(tasks)) return [];
  return tasks
    .flatMap(task =>
      [
        ['containerDetail', 'mainJob'],
        ['customJobDetail', 'job'],
      ].map(path => valueAt(task, ['executorDetail', ...path])),
    )
    .flatMap(value => {
      const name = typeof value === 'string' ? parseName(value) : undefined;
      return name?.collection === 'customJobs' && client.isOurs(name)
        ? [name.id]
        : [];
    })
    .slice(0, MAX_TASKS);
}

/** Those of one moment are given in the order of their ids, whichever way the others go. */
function byTime(one: Entry, other: Entry): number {
  const key = ({ timestamp = '', insertId = '' }: Entry) =>
    `${momentOf(timestamp)} ${insertId}`;
  return key(one) < key(other) ? -1 : 1;
}

/** RFC 3339 in UTC with all nine digits of a second, so that moments compare as texts. */
function momentOf(timestamp: string): string {
  const [whole, fraction = ''] = timestamp.replace(/Z$/, '').split('.');
  return `${whole}.${fraction.padEnd(9, '0')}`;
}

function lineOf({ textPayload, jsonPayload, severity }: Entry): string {
  const message =
    textPayload ??
    (typeof jsonPayload?.message === 'string'
      ? jsonPayload.message
      : JSON.stringify(jsonPayload ?? {}));
  const line = message.replace(/\n$/, '');
  return severity && LOUD.has(severity) ? `${severity} ${line}` : line;
}
