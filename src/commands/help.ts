/**
 * What the help of the whole program says besides its commands.
 */
/** Commands to begin with. */
export const EXAMPLES = `Examples:
  $ perfctl run scenarios/search.yaml              run it, judge it, compare it
  $ perfctl baseline update scenarios/search.yaml  this is the new truth
  $ perfctl run http://localhost:3000/ -u 50 -d 10s`

/** What exit codes mean; the numbers are those of `base/exit.ts`. */
export const EXIT_CODES = `Exit codes:
  0    passed (or no baseline yet, or inconclusive without --inconclusive fail)
  1    regressed against the baseline, or a threshold not met
  2    wrong flag, scenario or baseline; nothing was sent
  3    the run could not be carried out
  4    inconclusive, with --inconclusive fail
  70   a bug in perfctl
  130  interrupted (143: terminated); the partial result is saved`
