import { createHash } from 'node:crypto';
import { refusal, type StartJob } from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { RUN_ID_LABEL } from '../vertexLabels';
import { nameOf } from '../vertexResources';
import { askedFor } from './askedMachines';
import { fill, RUN_ID_PLACEHOLDER } from './placeholders';
import { jobOf, kindOf, serviceAccountOf } from './templates';
import type { JobKind } from './trainingJob';
import { valueProblem } from './trainingParameter';
import {
  PERSON_LABEL,
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

/** Longest `displayName`, in characters. */
const LONGEST_DISPLAY_NAME = 128;

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
    asksFor: askedFor(kind, body),
  };
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
