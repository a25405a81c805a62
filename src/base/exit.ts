/**
 * The exit codes of every command, in one place. CI pipelines depend on them: they are part of the contract.
 */
export const EXIT = {
  /** Passed: no regression, all thresholds met; also when there is no baseline yet. */
  passed: 0,
  /** The gate failed: regressed against the baseline, or a threshold not met. */
  failed: 1,
  /** The input is wrong: a flag, a scenario, a baseline. Nothing was sent. */
  usage: 2,
  /** The run could not be carried out: target unreachable, a worker died. */
  error: 3,
  /** Inconclusive, under `--inconclusive fail`. */
  inconclusive: 4,
  /** A bug in perfctl. */
  bug: 70,
  /** Interrupted by SIGINT; the partial result was saved. */
  interrupted: 130,
  /** Interrupted by SIGTERM; the partial result was saved. */
  terminated: 143,
} as const

/** One of the codes of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
