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
  version: number,
): string | undefined {
  const path = nameOf(model).split('.').map(encodeURIComponent).join('/');
  return shownLink(
    hosts,
    `${consoleOf(hosts)}/explore/data/models/${path}/version/${version}`,
  );
}

function consoleOf(hosts: Hosts): string {
  return hosts.consoleHost ?? hosts.host;
}
