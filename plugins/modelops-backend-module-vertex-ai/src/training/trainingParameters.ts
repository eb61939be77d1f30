import {
  PlatformError,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { parseName } from '../vertexNames';
import { shownText } from '../vertexText';
import { jobOf, kindOf } from './jobToStart';
import { placesOf, valueAt } from './placeholders';
import { listTrainings, readTraining, type TrainingJob } from './trainingJob';
import { RUN_ID_LABEL, TEMPLATE_LABEL } from './trainingTemplate';

/** Longest value shown, in characters. */
const LONGEST_VALUE = 500;

/** A training as a version tells of it: by our id of the run, or by the name of its pipeline job. @internal */
export interface TrainingOfVersion {
  runId?: string;
  /** Full name of a pipeline job, out of an answer. */
  pipelineJob?: string;
}

/** The training of a version, and what it was started with. @internal */
export interface TrainingOrigin {
  /** `customJobs/4567`. */
  platformRunId: string;
  parameters: Record<string, string>;
}

/**
 * What a version's training was started with, read at the places that its template has for parameters. Undefined for a version
 * of which no training is known, or whose training the caller may not look at; values of secret parameters are left out.
 * @internal
 */
export async function readTrainingParameters(
  client: VertexClient,
  call: PlatformCall,
  origin: TrainingOfVersion,
): Promise<TrainingOrigin | undefined> {
  try {
    const job = await findTraining(client, call, origin);
    return (
      job && {
        platformRunId: job.platformRunId,
        parameters: parametersOf(client, job),
      }
    );
  } catch (error) {
    if (
      error instanceof PlatformError &&
      (error.code === 'platform-not-found' ||
        error.code === 'platform-permission-denied')
    )
      return undefined;
    throw error;
  }
}

async function findTraining(
  client: VertexClient,
  call: PlatformCall,
  { runId, pipelineJob }: TrainingOfVersion,
): Promise<TrainingJob | undefined> {
  const name = parseName(pipelineJob);
  if (name?.collection === 'pipelineJobs' && client.isOurs(name))
    return readTraining(client, call, {
      platformRunId: `pipelineJobs/${name.id}`,
    });
  // It becomes a part of a filter.
  if (!runId || !/^[0-9a-f-]{36}$/.test(runId)) return undefined;
  const found: TrainingJob[] = [];
  await listTrainings(client, call, 'customJobs', {
    filter: `labels.${RUN_ID_LABEL}="${runId}"`,
    maxPages: 1,
    onPage: jobs => {
      found.push(...jobs.filter(job => job.labels[RUN_ID_LABEL] === runId));
      return true;
    },
  });
  // Of several, nobody can say which one it was.
  return found.length === 1 ? found[0] : undefined;
}

/** Nothing for a job of a template that is no longer there: only it says where the parameters are. */
function parametersOf(
  { settings }: VertexClient,
  { kind, labels, body }: TrainingJob,
): Record<string, string> {
  const templateName = labels[TEMPLATE_LABEL] ?? '';
  const template = Object.hasOwn(settings.trainingTemplates, templateName)
    ? settings.trainingTemplates[templateName]
    : undefined;
  if (!template || kindOf(template) !== kind) return {};
  const shown = placesOf(jobOf(template)).flatMap(({ path, name }) => {
    const parameter = Object.hasOwn(template.parameters, name)
      ? template.parameters[name]
      : undefined;
    const value = valueAt(body, path);
    if (!parameter || parameter.secret || value === undefined) return [];
    return [[name, shownText(String(value), LONGEST_VALUE) ?? ''] as const];
  });
  return Object.fromEntries(shown);
}
