/** How time passes for runs. */
export interface RunPace {
  /** Seconds from its start to its end, before `timeScale`. */
  runSeconds: number;
  /** How many times faster than that. */
  timeScale: number;
  /** Runs stay where they are until a test advances them. */
  manual: boolean;
}
