/** Label of a job, and of an endpoint whose traffic was changed, with the id of the run that did it. @internal */
export const RUN_ID_LABEL = 'modelops-run-id';
