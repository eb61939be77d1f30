/** A custom job or a pipeline job. */
export interface TrainingJob {
  /** Resource name, with the project's number. */
  name: string;
}
