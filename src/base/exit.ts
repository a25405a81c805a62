/**
 * The exit codes of all commands. CI pipelines depend on them: they are part of the contract.
 */
export const EXIT = {
  /** Passed: no regression and all thresholds met, or no baseline yet. */
  passed: 0,
  /** Failed: a regression against the baseline or a missed threshold. */
  failed: 1,
  /** Wrong input: a flag, a scenario, a baseline. Nothing was sent. */
  usage: 2,
  /** The run could not be carried out: target unreachable, a worker died. */
  error: 3,
  /** Inconclusive, with `--inconclusive fail`. */
  inconclusive: 4,
  /** A bug in perfctl. */
  bug: 70,
  /** Interrupted by SIGINT; the partial result was saved. */
  interrupted: 130,
  /** Interrupted by SIGTERM; the partial result was saved. */
  terminated: 143,
} as const

/** One of the codes in {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
