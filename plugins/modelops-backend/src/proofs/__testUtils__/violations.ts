import {
  type AuditEntry,
  isTerminal,
  type RunState,
} from 'backstage-plugin-modelops-common';
import { CHAIN_START, ChainCheck } from '../../audit/verifyChain';
import { requireMove } from '../../runs/runLifecycle';
import type { RunRow } from '../../runs/runRow';
import type { Evidence } from './Evidence';

/** What is wrong with the evidence at any time, also while runs are open; empty if nothing is. */
export function violations(evidence: Evidence): string[] {
  const { runs, entries, jobs, stored } = evidence;
  const byRun = groupBy(entries, entry => entry.runId);
  const jobsOf = groupBy(jobs, job => job.idempotencyToken);
  const known = new Set(runs.map(run => run.run_id));
  return [
    ...chainProblems(stored),
    ...jobs
      .filter(job => !known.has(job.idempotencyToken ?? ''))
      .map(job => `job ${job.runId} belongs to no run`),
    ...runs.flatMap(run => [
      ...(hasJob(run)
        ? jobProblems(run, (jobsOf.get(run.run_id) ?? []).map(idOf))
        : []),
      ...moveProblems(run, byRun.get(run.run_id) ?? []),
    ]),
    ...closingProblems(entries),
  ];
}

/** What is wrong when everything has come to rest: nothing may be open, and each run has what it says it has. */
export function restViolations(evidence: Evidence): string[] {
  const jobsOf = groupBy(evidence.jobs, job => job.idempotencyToken);
  const closed = closingsByRequest(evidence.entries);
  return [
    ...violations(evidence),
    ...evidence.runs.flatMap(run => {
      const jobs = (jobsOf.get(run.run_id) ?? []).map(idOf);
      const name = nameOf(run);
      return [
        ...(isTerminal(run.state as RunState) ? [] : [`${name} is open`]),
        // A run that says it has no job has none, and one that says it has one has that one.
        ...(!hasJob(run) || String(jobs) === String(run.platform_run_id ?? [])
          ? []
          : [`${name} names job ${run.platform_run_id} and has [${jobs}]`]),
      ];
    }),
    ...evidence.entries
      .filter(entry => entry.code === 'run.requested')
      .filter(entry => closed.get(entry.requestId!)?.length !== 1)
      .map(entry => `the start of run ${entry.runId} was not closed once`),
  ];
}

/** Closing entries of each request. */
export function closingsByRequest(entries: readonly AuditEntry[]) {
  return groupBy(
    entries.filter(entry => entry.outcome !== undefined),
    entry => entry.requestId,
  );
}

function chainProblems(stored: Evidence['stored']): string[] {
  const check = new ChainCheck(CHAIN_START, []);
  for (const entry of stored) {
    const problem = check.next(entry);
    if (problem) return [`chain: ${problem.message}`];
  }
  return [];
}

function jobProblems(run: RunRow, jobs: readonly string[]): string[] {
  const name = nameOf(run);
  return [
    ...(jobs.length > 1 ? [`${name} has ${jobs.length} jobs`] : []),
    ...(run.platform_run_id && !jobs.includes(run.platform_run_id)
      ? [`${name} has the job ${run.platform_run_id}, which is not its own`]
      : []),
  ];
}

/** Each move has an entry, follows the one before, and is allowed; the row is where the last one led. */
function moveProblems(run: RunRow, entries: readonly AuditEntry[]): string[] {
  const problems: string[] = [];
  let state: RunState | undefined;
  for (const { fromState, toState, sequence } of entries) {
    if (!toState) continue;
    if (fromState !== state)
      problems.push(
        `entry ${sequence} moves ${nameOf(
          run,
        )} from ${fromState}, not ${state}`,
      );
    if (state && !isAllowed(state, toState))
      problems.push(
        `entry ${sequence} moves ${nameOf(run)} from ${state} to ${toState}`,
      );
    state = toState;
  }
  if (state !== run.state)
    problems.push(`${nameOf(run)} has entries that lead to ${state}`);
  return problems;
}

function closingProblems(entries: readonly AuditEntry[]): string[] {
  return [...closingsByRequest(entries)]
    .filter(([, closings]) => closings.length > 1)
    .map(
      ([request, closings]) =>
        `request ${request} has ${closings.length} closing entries`,
    );
}

function isAllowed(from: RunState, to: RunState): boolean {
  try {
    requireMove(from, to);
    return true;
  } catch {
    return false;
  }
}

/** A change of what is served has none; what it made is counted at the endpoints. */
function hasJob(run: RunRow): boolean {
  return run.operation === 'start';
}

function nameOf(run: RunRow): string {
  return `run ${run.run_id} (${run.state}${
    run.failure_code ? `, ${run.failure_code}` : ''
  })`;
}

function idOf(job: { runId: string }): string {
  return job.runId;
}

function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
