import {
  ABSENT_REVISION,
  type Operation,
  planDeploy,
  planPromote,
  planStop,
  planTraffic,
  type ServingState,
  type TrafficPlan,
  type TrafficShares,
} from 'backstage-plugin-modelops-common';
import type { PlatformForm } from 'backstage-plugin-modelops-node';
import { InvalidRequestError, StateConflictError } from '../errors';

/** A change of what is served, as it was asked for. */
export interface AskedChange {
  operation: Operation;
  version?: string;
  /** Revision that the person saw. */
  revision?: string;
  values: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Refuses a change that does not fit what is served now: somebody else changed it since the person looked, a change is being
 * rolled out, or the shares do not add up. The module looks once more right before it writes.
 */
export function checkChange(form: PlatformForm, asked: AskedChange): void {
  const { serving } = form;
  if (!serving) return;
  const { revision = ABSENT_REVISION } = serving;
  if (asked.revision !== undefined && asked.revision !== revision) {
    throw new StateConflictError(
      'serving-changed',
      `What ${form.title} serves was changed since you looked. Look again, then decide again. Nothing was changed.`,
    );
  }
  if (serving.state === 'updating') {
    throw new StateConflictError(
      'serving-changed',
      `${form.title} is being changed just now. Wait until that is done. Nothing was changed.`,
    );
  }
  if (serving.state === 'absent' && asked.operation !== 'deploy') {
    throw new StateConflictError(
      'operation-unsupported',
      `${form.title} does not exist yet. Deploy a version first.`,
    );
  }
  if (asked.operation === 'rollback') requireAsBefore(form, asked);
  const plan = planOf(serving, asked);
  if (plan && !plan.ok) {
    throw new InvalidRequestError(
      'traffic-invalid',
      `${form.title}: ${plan.problem}.`,
    );
  }
}

/** What is recorded as taken back has to be that, and no other division of the traffic. */
function requireAsBefore(
  { parameters, title }: PlatformForm,
  { values }: AskedChange,
): void {
  if (parameters.every(one => values[one.name] === one.default)) return;
  throw new InvalidRequestError(
    'traffic-invalid',
    `${title}: these are not the shares from before the newest change. Look again, or move the traffic instead.`,
  );
}

/** Shares right before a change; undefined where nothing was served. */
export function sharesOf(form: PlatformForm): TrafficShares | undefined {
  const { serving } = form;
  if (!serving || serving.served.length === 0) return undefined;
  return Object.fromEntries(serving.served.map(({ id, share }) => [id, share]));
}

/** What the shares become; undefined where the platform has none. */
function planOf(
  { served }: ServingState,
  { operation, version, values }: AskedChange,
): TrafficPlan | undefined {
  switch (operation) {
    case 'deploy':
      return typeof values.traffic === 'number'
        ? planDeploy(served, idOf(served, version), values.traffic)
        : undefined;
    case 'traffic':
    case 'rollback':
      return planTraffic(served, values);
    case 'promote':
      return planPromote(served, version ?? '');
    case 'stop':
      return planStop(served, version);
    default:
      return undefined;
  }
}

/** The place of a version that is served already; a new one gets a name of the platform's. */
function idOf(
  served: ServingState['served'],
  version: string | undefined,
): string {
  return served.find(one => one.ours && one.version === version)?.id ?? '';
}
