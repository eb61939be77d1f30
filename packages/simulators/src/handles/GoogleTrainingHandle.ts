import type {
  AdvanceJobOptions,
  PlantedJob,
  SimulatedJob,
} from './googleTrainingTypes';
import { GoogleServingHandle } from './GoogleServingHandle';

/** Training jobs of the running Google Cloud. */
export abstract class GoogleTrainingHandle extends GoogleServingHandle {
  /** All custom and pipeline jobs, whoever may see them, oldest first. */
  async jobs(
    filter: {
      kind?: SimulatedJob['kind'];
      creator?: string;
      labels?: Record<string, string>;
    } = {},
  ): Promise<SimulatedJob[]> {
    const all = await this.control.call<SimulatedJob[]>('GET', '/jobs');
    return all.filter(
      job =>
        (filter.kind === undefined || job.kind === filter.kind) &&
        (filter.creator === undefined || job.creator === filter.creator) &&
        Object.entries(filter.labels ?? {}).every(
          ([key, value]) => job.labels[key] === value,
        ),
    );
  }

  /** Moves a job on by one state, or `to` one; from RUNNING it waits for the training. By resource name, or `customJobs/123`. */
  async advanceJob(
    name: string,
    options: AdvanceJobOptions = {},
  ): Promise<SimulatedJob> {
    return this.control.call('POST', '/jobs/advance', { name, ...options });
  }

  /** Deletes a job; the version it uploaded stays. */
  async forgetJob(name: string): Promise<void> {
    await this.control.call('POST', '/jobs/forget', { name });
  }

  /** A job by somebody else, now, whatever they may do. */
  async plantJob(plan: PlantedJob = {}): Promise<SimulatedJob> {
    return this.control.call('POST', '/jobs', plan);
  }

  /** The next job that is created runs, and then fails: google.rpc.Code 3, or 8 for a quota that was used up meanwhile. */
  async failNextJob(
    error: { code?: number; message?: string } = {},
  ): Promise<void> {
    await this.control.call('POST', '/failing-job', error);
  }

  /** From now on creating a job is answered 429, naming these quota metrics; without any it works again. */
  async exceedQuota(...metrics: string[]): Promise<void> {
    await this.control.call('PATCH', '/behaviour', {
      exceededQuotas: metrics,
    });
  }
}
