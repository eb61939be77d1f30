import type { Job } from './jobs';

/** The Job object of Jobs API 2.2. Source: reference, databricks section 2.8. */
export function jobView(
  job: Job,
  options: { tasks: boolean },
): Record<string, unknown> {
  const runAsUser = job.runAs.includes('@');
  return {
    job_id: job.jobId,
    creator_user_name: job.creator,
    run_as_user_name: job.runAs,
    created_time: job.createdAt,
    settings: {
      name: job.name,
      ...(job.description && { description: job.description }),
      ...(job.parameters.length > 0 && { parameters: job.parameters }),
      run_as: runAsUser
        ? { user_name: job.runAs }
        : { service_principal_name: job.runAs },
      max_concurrent_runs: job.maxConcurrentRuns,
      queue: { enabled: job.queue },
      timeout_seconds: 0,
      format: 'MULTI_TASK',
      email_notifications: {},
      webhook_notifications: {},
      ...(job.training && { tags: { team: job.training.dataset } }),
      ...(options.tasks && {
        tasks: [
          {
            task_key: 'train',
            spark_python_task: {
              python_file: `/Workspace/jobs/${job.name}.py`,
            },
            environment_key: 'default',
            run_if: 'ALL_SUCCESS',
            timeout_seconds: 0,
          },
        ],
        environments: [{ environment_key: 'default', spec: { client: '2' } }],
      }),
    },
  };
}
