import type { Express } from 'express';
import {
  defaultBehaviour,
  RUN_STATES,
  type RunState,
  type TerminationCode,
} from '../handles/databricksTypes';
import { controlRoute } from '../server/controlRoute';
import { checkFederationPolicy } from './federation';
import { toSimulatedRun, type Outcome, type Run } from './runs';
import { TERMINATION_CODES } from './runView';
import type { RunningWorkspace } from './startDatabricks';

/** The control routes of the Databricks simulator, besides the common ones. */
export function databricksControlRoutes(
  control: Express,
  running: () => RunningWorkspace,
): void {
  control.patch(
    '/__control/behaviour',
    controlRoute(({ body }) => {
      const unknown = Object.keys(body).filter(
        name => !Object.hasOwn(defaultBehaviour, name),
      );
      if (unknown.length > 0)
        throw new TypeError(`Unknown behaviour ${unknown.join(', ')}`);
      Object.assign(running().workspace.behaviour, body);
    }),
  );
  control.put(
    '/__control/federation-policies',
    controlRoute(({ body }) => {
      if (!Array.isArray(body)) throw new TypeError('The policies are a list');
      running().workspace.federationPolicies = body.map(checkFederationPolicy);
    }),
  );
  control.get(
    '/__control/federation-policies',
    controlRoute(() => running().workspace.federationPolicies),
  );
  control.patch(
    '/__control/principals/:userName',
    controlRoute(({ params, body }) => {
      const principal = running().workspace.findPrincipal(params.userName);
      if (!principal)
        throw new TypeError(`There is no principal ${params.userName}`);
      principal.revoked = body.revoked === true;
    }),
  );
  runControlRoutes(control, running);
}

function runControlRoutes(
  control: Express,
  running: () => RunningWorkspace,
): void {
  const requireRun = (runId: string): Run => {
    const run = running().workspace.runs.get(BigInt(runId));
    if (!run) throw new TypeError(`There is no run ${runId}`);
    return run;
  };
  control.get(
    '/__control/runs',
    controlRoute(() =>
      [...running().workspace.runs.values()].map(toSimulatedRun),
    ),
  );
  control.post(
    '/__control/runs',
    controlRoute(({ body }) =>
      toSimulatedRun(
        running().starter.startStrangersRun(body, body.idempotencyToken),
      ),
    ),
  );
  control.post(
    '/__control/strangers-run',
    controlRoute(({ body }) => {
      running().workspace.strangersRun = body;
    }),
  );
  control.post(
    '/__control/runs/:runId/advance',
    controlRoute(async ({ params, body }) => {
      const run = requireRun(params.runId);
      const outcome = readOutcome(body);
      const to = readState(body.to);
      if (to === undefined) await running().scheduler.advance(run, outcome);
      while (
        to !== undefined &&
        run.state !== to &&
        run.state !== 'TERMINATED'
      ) {
        await running().scheduler.advance(run, outcome);
      }
      return toSimulatedRun(run);
    }),
  );
  control.delete(
    '/__control/runs',
    controlRoute(() => running().scheduler.forgetAll()),
  );
  control.delete(
    '/__control/runs/:runId',
    controlRoute(({ params }) =>
      running().scheduler.forget(requireRun(params.runId)),
    ),
  );
}

function readState(state: unknown): RunState | undefined {
  if (state === undefined || RUN_STATES.includes(state as RunState))
    return state as RunState | undefined;
  throw new TypeError(`'to' is one of ${RUN_STATES.join(', ')}`);
}

function readOutcome(body: {
  code?: TerminationCode;
  message?: string;
}): Outcome | undefined {
  if (body.code === undefined) return undefined;
  if (!TERMINATION_CODES.includes(body.code))
    throw new TypeError(`'code' is one of ${TERMINATION_CODES.join(', ')}`);
  return { code: body.code, message: body.message ?? 'Ended by a test.' };
}
