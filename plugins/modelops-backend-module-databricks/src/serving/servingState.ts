import { createHash } from 'node:crypto';
import type { ServingState } from 'backstage-plugin-modelops-common';
import {
  whatAnswers,
  type PlatformResource,
} from 'backstage-plugin-modelops-node';
import { endpointLink } from '../databricksLinks';
import { nameOf } from '../databricksResources';
import type { DatabricksSettings } from '../databricksSettings';
import type { Endpoint } from './endpoint';
import { servedVersions, sharesOf } from './servedVersions';

/** How an endpoint is, of which READY says nothing: it stays so while a change is rolled out, and after one that failed. */
const STATES: Record<
  Endpoint['state']['config_update'],
  { state: ServingState['state']; message?: string }
> = {
  NOT_UPDATING: { state: 'ready' },
  IN_PROGRESS: {
    state: 'updating',
    message:
      'A change is being rolled out. Until it is live, the endpoint answers as before.',
  },
  UPDATE_FAILED: {
    state: 'failed',
    message:
      'The newest change failed on Databricks. Look at the build log of what it deployed.',
  },
  UPDATE_CANCELED: {
    state: 'failed',
    message: 'The newest change was canceled on Databricks.',
  },
};

const NOT_READY =
  'Databricks says that the endpoint is not ready: what it serves is being started again, or cannot start. Look at its logs on Databricks.';

/** What an endpoint serves, and how it is; undefined stands for one that does not exist. @internal */
export function toServingState(
  settings: DatabricksSettings,
  resource: PlatformResource,
  endpoint: Endpoint | undefined,
  model: PlatformResource | undefined,
): ServingState {
  if (!endpoint) return { state: 'absent', served: [] };
  const served = servedVersions(endpoint.config, model);
  const { pending_config: pending } = endpoint;
  const { state, message } = STATES[endpoint.state.config_update];
  return {
    ...stateOf(endpoint, state, message),
    revision: revisionOf(endpoint),
    served,
    ...(pending &&
      state === 'updating' && {
        pending: {
          served: servedVersions(pending, model),
          since: pending.start_time?.toISOString(),
        },
      }),
    url: endpointLink(settings, nameOf(resource)),
  };
}

function stateOf(
  endpoint: Endpoint,
  state: ServingState['state'],
  message: string | undefined,
): Pick<ServingState, 'state' | 'message'> {
  const answers = isAnswering(endpoint);
  if (state === 'failed')
    return {
      state,
      message: `${message} ${whatAnswers(answers)}`,
    };
  if (state !== 'ready' || answers) return { state, message };
  // No change is under way, so another one can be made: it may be the cure.
  return endpoint.config
    ? { state: 'failed', message: NOT_READY }
    : { state, message: 'The endpoint serves nothing yet.' };
}

/** Whether it serves anything, which READY alone does not say. @internal */
export function isAnswering({ state: { ready }, config }: Endpoint): boolean {
  return ready === 'READY' && (config?.served_entities.length ?? 0) > 0;
}

/**
 * Number of the config that serves, and a hash of what it says. The number alone would do, if an endpoint were never deleted
 * and made again under its name. How things are does not count, or a container that restarts would change it.
 * @internal
 */
export function revisionOf({ id, config }: Endpoint): string {
  const version = config?.config_version ?? 0;
  const served = (config?.served_entities ?? []).map(entity => [
    entity.name,
    entity.entity_name,
    entity.entity_version,
    entity.workload_size,
    entity.workload_type,
    entity.scale_to_zero_enabled,
  ]);
  const content = JSON.stringify([id, version, served, [...sharesOf(config)]]);
  const hash = createHash('sha256').update(content).digest('hex');
  return `${version}.${hash.slice(0, 32)}`;
}

/** Number of the config that a revision is of; undefined for an endpoint that did not exist. @internal */
export function versionOfRevision(
  revision: string | undefined,
): number | undefined {
  const [, digits] = revision?.match(/^([0-9]{1,15})\.[0-9a-f]{32}$/) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
