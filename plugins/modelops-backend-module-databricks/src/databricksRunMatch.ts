import type { JobReading, StartJob } from 'backstage-plugin-modelops-node';
import { asciiLowerCase, nameOf } from './databricksResources';
import type { DatabricksRun } from './databricksSchemas';

/** Where a run is not the one we asked for, in a sentence of ours. @internal */
export interface Difference {
  /** `creator-unknown` proves nothing: Databricks leaves out users that were deleted. */
  in: 'job' | 'creator' | 'creator-unknown' | 'parameters';
  why: string;
}

/** Compares a run with what was, or would have been, sent. @internal */
export function findDifference(
  run: DatabricksRun,
  job: Pick<StartJob, 'resource' | 'parameters'> & { principal: string },
): Difference | undefined {
  if (run.job_id !== nameOf(job.resource))
    return { in: 'job', why: 'it is a run of another job' };
  if (!run.creator_user_name)
    return {
      in: 'creator-unknown',
      why: 'Databricks does not say who started it',
    };
  if (!isSamePrincipal(run.creator_user_name, job.principal))
    return { in: 'creator', why: 'somebody else started it' };
  const name = findOtherParameter(run, toSentParameters(job));
  return name === undefined
    ? undefined
    : { in: 'parameters', why: `its parameter '${name}' has another value` };
}

/** What is said of a run that goes by the id of ours and is another one. @internal */
export function notOurs(run: DatabricksRun, why: string): JobReading {
  return {
    kind: 'not-ours',
    platformRunId: run.run_id,
    why: `Run ${run.run_id} on Databricks goes by the id of this run, but ${why}. It was not adopted; have it looked at.`,
  };
}

/** Whether two names mean one principal on Databricks, which ignores case. @internal */
export function isSamePrincipal(one: string, other: string): boolean {
  return asciiLowerCase(one) === asciiLowerCase(other);
}

/** Parameters as the platform gets them, without the one that carries our id: all values are text. @internal */
export function toSentParameters(
  job: Pick<StartJob, 'parameters'>,
): Map<string, string> {
  return new Map(
    Object.entries(job.parameters).map(([name, value]) => [
      name,
      String(value),
    ]),
  );
}

/**
 * Name of a parameter that differs or is missing. Parameters that we do not know the value of, such as masked ones, are
 * not compared.
 */
function findOtherParameter(
  run: DatabricksRun,
  sent: ReadonlyMap<string, string>,
): string | undefined {
  const found = new Map(
    run.job_parameters.map(({ name, value, default: fallback }) => [
      name,
      value ?? fallback ?? '',
    ]),
  );
  return [...sent.keys()].find(name => found.get(name) !== sent.get(name));
}
