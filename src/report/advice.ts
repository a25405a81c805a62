/**
 * The command that the user should run next.
 */
import { fileNameOf } from '../base/files.js'
import { printable } from '../base/printable.js'
import type { Comparison, MetricComparison } from '../stats/comparison.js'
import type { Result } from '../stats/result.js'
import { looksWorse } from '../verdict/suspicion.js'

/** A suggestion: a reason, and the command. */
export interface NextStep {
  readonly why: string
  readonly command: string
}

/** Makes a step that sends the load again: `command` and the scenario. */
type Again = (why: string, command: string, flags?: string) => NextStep

/** A capacity becomes a baseline. If it is too little, the next question is what limits it. */
function afterSearch(result: Result, file: string, again: Again): NextStep | null {
  const { verdict, comparison, capacity, neverSucceeded } = result
  const carriesNothing = neverSucceeded.length > 0 || capacity?.limitedBy?.why === 'unfinished'
  if (verdict === 'failed' && carriesNothing) return tryOut(file)
  const limit = capacity?.upper ?? capacity?.trials[0]?.offered
  if (verdict === 'failed' && limit !== undefined) {
    const flags = capacity!.of === 'rate' ? ` -r ${limit}/s` : ` -u ${limit}`
    return again('To see which request is slow at the load that is too much', 'run', flags)
  }
  if (verdict === 'inconclusive' && capacity?.end === 'generator')
    return again('To send more, from more threads', 'capacity', ` --workers ${twiceTheWorkers(result)}`)
  if (verdict === 'regressed') {
    const why = 'If this change is intended, make it the new baseline'
    return again(why, 'capacity', ' --no-baseline --update-baseline')
  }
  if (verdict !== 'passed' || comparison !== null || capacity?.check !== undefined) return null
  return again('To compare later searches with this one', 'capacity', ' --update-baseline')
}

/** Requests that fail are best looked at. */
function tryOut(file: string): NextStep {
  return { why: 'To see a request and its response', command: `perfctl try ${file}` }
}

/** Twice as many threads, of each machine. */
function twiceTheWorkers({ environment, agents }: Pick<Result, 'environment' | 'agents'>): number {
  return 2 * Math.ceil(environment.workers / (agents?.length ?? 1))
}

/** Returns the most helpful next step; null when there is nothing to do. */
export function nextStep(result: Result): NextStep | null {
  const { verdict, comparison, scenario, shard, agents } = result
  if (shard !== null && (verdict === 'passed' || verdict === 'inconclusive')) {
    const files = `${quoteForShell(fileNameOf(scenario.name))}-*-shard-*-of-${shard.of}.json`
    return {
      why: 'To judge all shards together, run this in the folder that has their results',
      command: `perfctl merge ${files}`,
    }
  }
  // No single command repeats a merged run.
  if (result.shards !== null) return null
  if (scenario.file === null) return null
  const profile = scenario.profile === undefined ? '' : ` --profile ${quoteForShell(scenario.profile)}`
  const file = quoteForShell(scenario.file) + profile
  if (verdict === 'error' || verdict === 'interrupted') return null
  if (result.session !== null) return afterSession(result, file)
  const again: Again = (why, command, flags = '') => ({
    // How the agents are reached isn't in the result.
    why: agents === undefined ? why : `${why} (keep the flags of the agents)`,
    command: `perfctl ${command} ${file}${flags}`,
  })
  if (result.capacity !== undefined) return afterSearch(result, file, again)
  if (result.generator.saturated) {
    const flags = ` --workers ${twiceTheWorkers(result)}`
    return again('To send the same load from more threads', 'run', flags)
  }
  if (verdict === 'regressed') return again('If this change is intended, make it the new baseline', UPDATE)
  if (verdict === 'inconclusive' && comparison?.screen !== undefined) {
    const why = 'A longer A/B session or a quieter machine may settle it'
    return again(why, 'run', ' --confirm ab --max-duration 240s')
  }
  if (verdict === 'inconclusive') return afterInconclusive(comparison, file, again)
  if (verdict === 'failed') return result.neverSucceeded.length > 0 ? tryOut(file) : null
  if (comparison === null) return again('To compare later runs with this one', UPDATE)
  if (comparison.screen !== undefined) {
    const why = 'If the next run looks slower than the baseline too, the baseline is out of date; renew it'
    return again(why, UPDATE)
  }
  if (comparison.verdict === 'improved')
    return again('To lock in the improvement, make it the new baseline', UPDATE)
  return null
}

const UPDATE = 'baseline update'

/** A run that looks worse must not become the baseline: suggest a way to settle it. */
function afterInconclusive(comparison: Comparison | null, file: string, again: Again): NextStep | null {
  if (comparison === null) return null
  const { metrics } = comparison
  const sideBySide = `perfctl ab ${file} --a URL_BEFORE --b URL_AFTER`
  if (metrics.some(({ why }) => why === 'other_speed')) {
    return { why: 'To compare both versions on the same machine', command: sideBySide }
  }
  const isWorse = (row: MetricComparison) =>
    row.verdict === 'missing' || row.would === 'regressed' || (row.decisive !== false && looksWorse(row, 0))
  if (metrics.some(isWorse)) {
    return {
      why: 'Something looks slower; to find out, compare both versions side by side',
      command: sideBySide,
    }
  }
  if (metrics.some(({ why }) => why === 'other_machine'))
    return again('To compare later runs on this machine', UPDATE)
  return again('More runs may settle it', 'run', ' --runs 3')
}

/** A session stores nothing, so the only help is to repeat it, and only if it was inconclusive. */
function afterSession(
  { verdict, generator, environment, durationSeconds, capacity, session }: Result,
  file: string,
): NextStep | null {
  if (verdict !== 'inconclusive') return null
  const again = `perfctl ab ${file} ${capacity === undefined ? '' : '--capacity '}...`
  if (generator.saturated || capacity?.end === 'generator') {
    return {
      why: 'To send the same load from more threads (keep the other flags)',
      command: `${again} --workers ${2 * environment.workers}`,
    }
  }
  if (capacity !== undefined) {
    const wanted = [capacity, capacity.against].some((side) => side?.end === 'max_carried')
    if (wanted) return null
    const minutes = Math.ceil((4 * session!.maxSeconds) / 60)
    return {
      why: 'Twice the budget or a quieter machine may settle it (keep the other flags)',
      command: `${again} --budget ${minutes}m`,
    }
  }
  // Each side has every other second of the session. Twice the time detects changes about two thirds the size.
  const seconds = Math.max(120, Math.ceil(durationSeconds / 30) * 30)
  return {
    why: 'Twice the time or a quieter machine may settle it (keep the other flags)',
    command: `${again} --max-duration ${seconds}s`,
  }
}

/** Quotes a file name for a shell. */
export function quoteForShell(file: string): string {
  const text = printable(file)
  return /^[\w./@%+=:,-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
