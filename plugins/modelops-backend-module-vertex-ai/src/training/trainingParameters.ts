import {
  PlatformError,
  shownText,
  type PlatformCall,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { placesOf, valueAt } from './placeholders';
import { jobOf, kindOf } from './templates';
import { readTraining, type TrainingJob } from './trainingJob';
import { TEMPLATE_LABEL } from './trainingTemplate';

/** Longest value shown, in characters. */
const LONGEST_VALUE = 500;

/**
 * What a job was started with, read at the places that its template has for parameters. Nothing for a job that the caller may not
 * look at, or that is gone; values of secret parameters are left out.
 * @internal
 */
export async function readTrainingParameters(
  client: VertexClient,
  call: PlatformCall,
  job: { platformRunId: string },
): Promise<Record<string, string>> {
  try {
    return parametersOf(client, await readTraining(client, call, job));
  } catch (error) {
    if (
      error instanceof PlatformError &&
      (error.code === 'platform-not-found' ||
        error.code === 'platform-permission-denied')
    )
      return {};
    throw error;
  }
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
    // Anybody may have made the job; an object could throw as it becomes a text.
    if (!parameter || parameter.secret || !isScalar(value)) return [];
    return [[name, shownText(String(value), LONGEST_VALUE) ?? ''] as const];
  });
  return Object.fromEntries(shown);
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
