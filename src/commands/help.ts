/**
 * The part of the main help beside commands: topics, examples and exit codes.
 */
import { TOPICS } from './topics.js'

type Item = readonly [term: string, meaning: string]

/** First commands to run. */
const EXAMPLES: readonly Item[] = [
  ['$ perfctl run scenarios/search.yaml', 'run a scenario and judge it'],
  ['$ perfctl baseline update scenarios/search.yaml', 'make it the baseline'],
  ['$ perfctl run http://localhost:3000/ -u 50 -d 10s', ''],
]

/** The exit codes of `base/exit.ts`. */
const EXIT_CODES: readonly Item[] = [
  ['0', 'passed, or no baseline yet, or inconclusive'],
  ['1', 'regressed, a threshold not met, or a request never succeeded'],
  ['2', 'bad flag, scenario or baseline; nothing was sent'],
  ['3', 'the run could not be carried out'],
  ['4', 'inconclusive, with --inconclusive fail'],
  ['70', 'a bug in perfctl'],
  ['130', 'interrupted (143: terminated); partial results are saved'],
]

/** Returns topics, examples and exit codes. `format` writes a term and its meaning, with the term `width` columns wide. */
export function furtherHelp(format: (term: string, width: number, meaning: string) => string): string {
  const list = (title: string, items: readonly Item[]) => {
    const width = Math.max(...items.map(([term, meaning]) => (meaning === '' ? 0 : term.length)))
    return [title, ...items.map(([term, meaning]) => format(term, width, meaning))].join('\n')
  }
  const topics = TOPICS.map(({ name, summary }): Item => [name, summary])
  const lists = [list('Topics (perfctl help <topic>):', topics), list('Examples:', EXAMPLES)]
  return [...lists, list('Exit codes:', EXIT_CODES)].join('\n\n')
}
