import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { TERMINAL_STATES } from 'modelops-simulators';
import { callModelops, readSession } from './backendSession';
import { countOpenRuns, readLedger } from './ledger';
import type { Portal } from './portal';

export const FRAUD_DETECTOR = 'resource:default/fraud-detector';

/** Where a started job stands on the simulated platform. */
type PlatformState = 'RUNNING' | 'TERMINATED';

/** Reading the platform, writing the ledger and showing it takes this long at most, in milliseconds. */
export const FOLLOW_MS = 30_000;

/** Moves the newest job of the platform on; TERMINATED waits for its training. The portal finds out by itself. */
export async function moveTraining(portal: Portal, to: PlatformState) {
  const { databricks } = portal.simulators;
  const newest = (await databricks.runs()).at(-1);
  expect(newest, 'a job was started').toBeDefined();
  await databricks.advanceRun(newest!.runId, { to });
}

/** Waits until the portal knows how everything ended. */
export async function untilNoRunIsOpen(portal: Portal) {
  await expect
    .poll(() => countOpenRuns(portal), { timeout: FOLLOW_MS })
    .toBe(0);
}

/** Ends all that still runs, and waits until the portal knows. */
export async function endTrainings(portal: Portal) {
  if (countOpenRuns(portal) === 0) return;
  const { databricks, google } = portal.simulators;
  for (const run of await databricks.runs()) {
    if (run.state === 'TERMINATED') continue;
    await databricks.advanceRun(run.runId, {
      to: 'TERMINATED',
      code: 'USER_CANCELED',
    });
  }
  for (const job of await google.jobs())
    if (!TERMINAL_STATES.includes(job.state))
      await google.advanceJob(job.name, { to: 'CANCELLED' });
  await untilNoRunIsOpen(portal);
}

/** Starts a training as the person whose browser this is, past the dialog; gives the run's id. */
export async function startTraining(
  page: Page,
  entityRef = FRAUD_DETECTOR,
): Promise<string> {
  const { status, body } = await callModelops(page, await readSession(page), {
    method: 'POST',
    path: '/runs',
    headers: { 'Idempotency-Key': `e2e-${crypto.randomUUID()}` },
    body: {
      entityRef,
      action: 'train',
      operation: 'start',
      parameters: { epochs: 2 },
      reason: 'Started by a test',
    },
  });
  expect(status, JSON.stringify(body)).toBe(202);
  return body.id;
}

/** Makes sure that a training has succeeded at some time; an earlier test may have seen to it. */
export async function haveTrained(portal: Portal, page: Page) {
  if (!readLedger(portal).some(({ code }) => code === 'run.succeeded')) {
    await train(portal, page);
  }
}

/** Starts a training and waits until it has succeeded; gives the run's id. */
export async function train(portal: Portal, page: Page): Promise<string> {
  const id = await startTraining(page);
  await moveTraining(portal, 'TERMINATED');
  await untilNoRunIsOpen(portal);
  return id;
}
