/**
 * The part of the main help beside commands: examples, exit codes and topics.
 */
import { TOPICS } from './topics.js'

/** First commands to run. */
export const EXAMPLES = `Examples:
  $ perfctl run scenarios/search.yaml              run a scenario and judge it
  $ perfctl baseline update scenarios/search.yaml  make it the baseline
  $ perfctl run http://localhost:3000/ -u 50 -d 10s`

/** The exit codes of `base/exit.ts`. */
export const EXIT_CODES = `Exit codes:
  0    passed, or no baseline yet, or inconclusive
  1    regressed, a threshold not met, or a request never succeeded
  2    bad flag, scenario or baseline; nothing was sent
  3    the run could not be carried out
  4    inconclusive, with --inconclusive fail
  70   a bug in perfctl
  130  interrupted (143: terminated); partial results are saved`

/** Lists the pages of the documentation, one per line. */
export function listTopics(): string {
  const width = Math.max(...TOPICS.map(({ name }) => name.length))
  const lines = TOPICS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return ['Topics (perfctl help <topic>):', ...lines].join('\n')
}
