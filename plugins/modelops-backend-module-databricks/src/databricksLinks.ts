import {
  isLoopbackUrl,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import { nameOf } from './databricksResources';
import type { DatabricksSettings } from './databricksSettings';

/** Longer links are not shown. */
const LONGEST_LINK = 2048;

type Hosts = Pick<DatabricksSettings, 'host' | 'consoleHost'>;

/**
 * A link of an answer, if it may be shown: https on the host of the connection or of its console, or http on loopback
 * when the connection itself is on loopback. Undefined otherwise.
 * @internal
 */
export function shownLink(
  hosts: Hosts,
  link: string | undefined,
): string | undefined {
  if (!link || link.length > LONGEST_LINK || !URL.canParse(link))
    return undefined;
  const url = new URL(link);
  if (url.username || url.password) return undefined;
  const ours = [hosts.host, hosts.consoleHost ?? hosts.host].map(
    host => new URL(host),
  );
  const shown =
    url.protocol === 'https:'
      ? ours.some(host => host.host === url.host)
      : url.protocol === 'http:' &&
        isLoopbackUrl(url) &&
        isLoopbackUrl(ours[0]);
  return shown ? url.href : undefined;
}

/** Page of a job in the console. @internal */
export function jobLink(
  hosts: Hosts,
  jobId: string,
  workspaceId: string | undefined,
): string | undefined {
  const workspace = workspaceId ? `?o=${workspaceId}` : '';
  return shownLink(hosts, `${consoleOf(hosts)}/${workspace}#job/${jobId}`);
}

/** Page of a model version in the console. @internal */
export function modelVersionLink(
  hosts: Hosts,
  model: PlatformResource,
  version: number | string,
): string | undefined {
  const page = modelLink(hosts, model);
  const step = model.kind === 'model' ? 'version' : 'versions';
  return (
    page && shownLink(hosts, `${page}/${step}/${segment(String(version))}`)
  );
}

/** Page of a registered model in the console. @internal */
export function modelLink(
  hosts: Hosts,
  model: PlatformResource,
): string | undefined {
  return model.kind === 'model'
    ? shownLink(
        hosts,
        `${consoleOf(hosts)}/explore/data/models/${catalogPath(model)}`,
      )
    : shownLink(
        hosts,
        `${consoleOf(hosts)}/ml/models/${segment(nameOf(model))}`,
      );
}

/** Page of a serving endpoint in the console. @internal */
export function endpointLink(
  hosts: Hosts,
  endpoint: string,
): string | undefined {
  return shownLink(
    hosts,
    `${consoleOf(hosts)}/ml/endpoints/${segment(endpoint)}`,
  );
}

/** Page of an experiment run in the console; ids come out of answers. @internal */
export function experimentRunLink(
  hosts: Hosts,
  experimentId: string,
  runId: string,
): string | undefined {
  return shownLink(
    hosts,
    `${consoleOf(hosts)}/ml/experiments/${segment(experimentId)}/runs/${segment(
      runId,
    )}`,
  );
}

/** Page of a run of a job in the console; ids come out of answers. @internal */
export function jobRunLink(
  hosts: Hosts & Pick<DatabricksSettings, 'workspaceId'>,
  jobId: string,
  runId: string,
): string | undefined {
  if (!/^[0-9]{1,20}$/.test(jobId)) return undefined;
  const job = jobLink(hosts, jobId, hosts.workspaceId);
  return job && shownLink(hosts, `${job}/run/${segment(runId)}`);
}

function catalogPath(model: PlatformResource): string {
  return nameOf(model).split('.').map(segment).join('/');
}

/** One part of a path; a dot alone would climb up. */
function segment(text: string): string {
  return /^\.+$/.test(text) ? '' : encodeURIComponent(text);
}

function consoleOf(hosts: Hosts): string {
  return hosts.consoleHost ?? hosts.host;
}
