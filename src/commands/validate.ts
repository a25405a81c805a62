/**
 * `perfctl validate <scenario.yaml...>`: checks scenario files without sending anything.
 */
import { UserError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { printable } from '../base/printable.js'
import { renderProblem } from '../base/problem.js'
import { plural } from '../base/units.js'
import { describeLoad } from '../scenario/describe.js'
import { loadScenario } from '../scenario/load.js'
import type { Scenario } from '../scenario/scenario.js'
import type { Io } from './io.js'

/** Says of each file what it holds, or everything that is wrong with it. Exit code 2 when any of them is wrong. */
export async function validate(files: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.passed
  for (const file of files) {
    try {
      io.stdout.write(`${file}: valid (${summarize(await loadScenario(file, io))})\n`)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      code = EXIT.usage
      for (const problem of error.problems) io.stderr.write(`${renderProblem(problem)}\n\n`)
    }
  }
  return code
}

/** `3 requests, 0 to 20 users in 5s, 2 thresholds, target demo`. */
function summarize(scenario: Scenario): string {
  const { requests, load, thresholds, target } = scenario
  const parts = [plural(requests.length, 'request'), describeLoad(load)]
  if (thresholds.length > 0) parts.push(plural(thresholds.length, 'threshold'))
  parts.push(target === null ? 'no target: pass --target' : `target ${printable(target)}`)
  return parts.join(', ')
}
