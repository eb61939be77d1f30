import { refusal, type PlatformResource } from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { nameOf } from '../vertexResources';
import { valueAt } from './placeholders';
import type { JobKind } from './trainingJob';
import type { TrainingTemplate } from './trainingTemplate';

/** A template's job of either kind, as far as both have it. */
interface TemplateJob {
  displayName?: string;
  labels?: Record<string, string>;
  [field: string]: unknown;
}

/** The template that a resource names. Throws `platform-not-found`, certain: nothing is sent without one. @internal */
export function getTemplate(
  client: VertexClient,
  resource: PlatformResource,
): TrainingTemplate {
  const template = findTemplate(client, resource);
  if (template) return template;
  const { id } = client.connection;
  throw refusal(
    id,
    'platform-not-found',
    `${id} has no ${resource.canonical}. Check the annotation, or add the template to trainingTemplates of the connection. Nothing was started.`,
  );
}

/** Undefined for a template that is not, or no longer, in app-config. @internal */
export function findTemplate(
  client: VertexClient,
  resource: PlatformResource,
): TrainingTemplate | undefined {
  const { trainingTemplates } = client.settings;
  const name = nameOf(resource);
  return Object.hasOwn(trainingTemplates, name)
    ? trainingTemplates[name]
    : undefined;
}

/** The job as the template has it. @internal */
export function jobOf({
  customJob,
  pipelineJob,
}: TrainingTemplate): TemplateJob {
  return customJob ?? pipelineJob ?? {};
}

/** Collection that the template's jobs are in. @internal */
export function kindOf({ customJob }: TrainingTemplate): JobKind {
  return customJob ? 'customJobs' : 'pipelineJobs';
}

/** Account that a job of a template runs as; in a template it may be one of several, chosen by a parameter. @internal */
export function serviceAccountOf(job: unknown): string | undefined {
  const account =
    valueAt(job, ['serviceAccount']) ??
    valueAt(job, ['jobSpec', 'serviceAccount']);
  return typeof account === 'string' ? account : undefined;
}
