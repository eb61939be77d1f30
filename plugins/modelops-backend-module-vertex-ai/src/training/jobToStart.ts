import { createHash } from 'node:crypto';
import type {
  PlatformResource,
  StartJob,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { refusal } from '../vertexErrors';
import { nameOf } from '../vertexResources';
import { machinesOf } from './machines';
import { fill, RUN_ID_PLACEHOLDER, valueAt } from './placeholders';
import type { JobKind } from './trainingJob';
import { valueProblem } from './trainingParameter';
import {
  PERSON_LABEL,
  RUN_ID_LABEL,
  TEMPLATE_LABEL,
  type TrainingTemplate,
} from './trainingTemplate';

/** A job as it is sent. @internal */
export interface JobToStart {
  kind: JobKind;
  body: Record<string, unknown> & { labels: Record<string, string> };
  serviceAccount?: string;
  asksFor?: string;
}

/** A template's job of either kind, as far as both have it. */
interface TemplateJob {
  displayName?: string;
  labels?: Record<string, string>;
  [field: string]: unknown;
}

/** Longest `displayName`, in characters. */
const LONGEST_DISPLAY_NAME = 128;

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

/** Hash of a principal, in place of its name: a label takes neither `@` nor `/`, nor 128 characters. @internal */
export function personLabel(principal: string): string {
  return createHash('sha256').update(principal).digest('hex').slice(0, 40);
}

/** The job with the values in their places, and our labels. Throws for values that the template does not take. @internal */
export function toJob(
  client: VertexClient,
  template: TrainingTemplate,
  start: StartJob & { principal: string },
): JobToStart {
  requireValues(client, template, start);
  const kind = kindOf(template);
  const filled = fill({ ...jobOf(template) }, ({ name }) =>
    name === RUN_ID_PLACEHOLDER ? start.runId : start.parameters[name],
  );
  const name = nameOf(start.resource);
  const { displayName = `${name} ${start.runId}`, labels } = filled;
  const body = {
    ...filled,
    displayName: displayName.slice(0, LONGEST_DISPLAY_NAME),
    labels: {
      ...labels,
      [RUN_ID_LABEL]: start.runId,
      [PERSON_LABEL]: personLabel(start.principal),
      [TEMPLATE_LABEL]: name,
    },
  };
  return {
    kind,
    body,
    serviceAccount: serviceAccountOf(body),
    asksFor: machinesOf(body),
  };
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

function requireValues(
  client: VertexClient,
  template: TrainingTemplate,
  { parameters, resource }: StartJob,
): void {
  const { id } = client.connection;
  const fail = (what: string) =>
    refusal(
      id,
      'platform-rejected-request',
      `${resource.canonical} of ${id} ${what}. Nothing was started.`,
    );
  for (const name of Object.keys(parameters))
    if (!Object.hasOwn(template.parameters, name))
      throw fail(`has no parameter '${name.slice(0, 80)}'`);
  for (const [name, parameter] of Object.entries(template.parameters)) {
    if (!Object.hasOwn(parameters, name))
      throw fail(`needs the parameter '${name}'`);
    const problem = valueProblem(parameter, parameters[name]);
    if (problem) throw fail(`refuses its parameter: '${name}' ${problem}`);
  }
}

/** Account that a job of a template runs as; in a template it may be one of several, chosen by a parameter. @internal */
export function serviceAccountOf(job: unknown): string | undefined {
  const account =
    valueAt(job, ['serviceAccount']) ??
    valueAt(job, ['jobSpec', 'serviceAccount']);
  return typeof account === 'string' ? account : undefined;
}
