/**
 * Patterns whose time may double with each further character of a response. A run ends them in time, but the requests
 * then fail.
 */
import type { Problem } from '../../base/errors.js'
import { isExplosive } from '../../base/pattern.js'
import type { Step } from '../model/journey.js'
import type { RequestSpec } from '../model/request.js'
import type { Entry, Scenario } from '../model/scenario.js'
import { quoted } from '../yaml/tree.js'

const HINT = 'avoid nested repetitions of the same characters: write a+ for (a+)+'

/** A warning for each such pattern. */
export function slowPatterns({ requests, before, beforeEach, after, file, text }: Scenario): Problem[] {
  const steps = [before, beforeEach, after].flatMap((each) => each.flatMap(requestsIn))
  const warnings = [...requests.flatMap(requestsOf), ...steps].flatMap((request) =>
    patternsIn(request)
      .filter(isExplosive)
      .map((pattern) => ({
        message: `"${request.name}": the pattern ${quoted(pattern)} can take very long on some responses`,
        hint: HINT,
        place: file === null ? null : placeOf(pattern, { file, text, line: request.line }),
      })),
  )
  return warnings
}

function requestsOf(entry: Entry): RequestSpec[] {
  return 'steps' in entry ? entry.steps.flatMap(requestsIn) : [entry]
}

function requestsIn(step: Step): RequestSpec[] {
  if (step.type === 'request') return [step.request]
  return step.type === 'group' ? step.steps.flatMap(requestsIn) : []
}

function patternsIn({ expect, capture = [] }: RequestSpec): string[] {
  const checked = (expect.checks ?? []).flatMap((check) => (check.type === 'matches' ? [check.pattern] : []))
  const captured = capture.flatMap(({ from }) => (from.type === 'regex' ? [from.pattern] : []))
  return [...checked, ...captured]
}

/**
 * The first occurrence of the pattern from the request's line on; the line itself if the pattern is spelled
 * differently there.
 */
function placeOf(pattern: string, { file, text, line }: { file: string; text: string; line: number }) {
  const lines = text.split(/\r?\n/)
  const spellings = [pattern, JSON.stringify(pattern).slice(1, -1), pattern.replaceAll("'", "''")]
  for (let i = line - 1; i < lines.length; i++) {
    for (const spelling of spellings) {
      const column = lines[i]!.indexOf(spelling) + 1
      if (column > 0) return { file, line: i + 1, column, length: spelling.length, text: lines[i]! }
    }
  }
  return { file, line, column: 1, length: 1, text: lines[line - 1] ?? '' }
}
