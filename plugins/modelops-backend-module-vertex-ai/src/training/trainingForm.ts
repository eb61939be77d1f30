import type {
  PlatformForm,
  PlatformResource,
} from 'backstage-plugin-modelops-node';
import type { VertexClient } from '../vertexClient';
import { trainingLink } from '../vertexLinks';
import { nameOf } from '../vertexResources';
import { placesOf } from './placeholders';
import { getTemplate, jobOf, serviceAccountOf } from './templates';
import { toPlatformParameter } from './trainingParameter';
import type { TrainingTemplate } from './trainingTemplate';

/** The form of a template. Nothing is asked of Google: all of it stands in app-config. @internal */
export function readTrainingForm(
  client: VertexClient,
  resource: PlatformResource,
): PlatformForm {
  const template = getTemplate(client, resource);
  const job = jobOf(template);
  return {
    title: template.title ?? plain(job.displayName) ?? nameOf(resource),
    url: trainingLink(client.settings),
    jobRunsAs: jobRunsAs(client, template),
    parameters: Object.entries(template.parameters).map(([name, parameter]) =>
      toPlatformParameter(name, parameter),
    ),
  };
}

/**
 * Whom the job runs as: its service account; without one the account that Google uses then, in words, because its address
 * is not known here. Source: CustomJobSpec.service_account, PipelineJob.service_account.
 * @internal
 */
export function jobRunsAs(
  { settings }: VertexClient,
  template: TrainingTemplate,
): string {
  const job = jobOf(template);
  const account = serviceAccountOf(job);
  if (!account)
    return template.customJob
      ? `Custom Code Service Agent of project ${settings.project}`
      : `Compute Engine default service account of project ${settings.project}`;
  const [chosen] = placesOf({ account });
  if (!chosen) return account;
  const choices = template.parameters[chosen.name]?.enum ?? [];
  return `${choices.join(' or ')}, as ${chosen.name} says`;
}

/** A name that holds a placeholder is none for people. */
function plain(displayName: string | undefined): string | undefined {
  return displayName && placesOf({ displayName }).length === 0
    ? displayName
    : undefined;
}
