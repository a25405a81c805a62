/**
 * `perfctl validate <scenario.yaml...>`: checks scenario files without sending anything.
 */
import { resolve } from 'node:path'
import { type Problem, UserError, userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { writeFileAtomic } from '../base/files.js'
import type { Io } from '../base/io.js'
import { escapedJson, printable } from '../base/printable.js'
import { renderProblems } from '../base/problem.js'
import { plural } from '../base/units.js'
import { layoutOf } from '../report/width.js'
import { slowPatterns } from '../scenario/blocks/slow-patterns.js'
import { describeLoad } from '../scenario/model/describe.js'
import type { Scenario } from '../scenario/model/scenario.js'
import { parseRunFlags, type RawRunFlags, type RunFlags } from './run-options.js'
import { findScenarioFiles, readScenarios } from './scenario-files.js'

/** The flags, as parsed by commander. */
export interface RawValidateFlags extends Pick<RawRunFlags, 'env' | 'envFile' | 'profile'> {
  readonly report?: string
}

/** What was found in one file. */
type Checked =
  | { readonly file: string; readonly scenario: Scenario }
  | { readonly file: string; readonly problems: readonly Problem[] }

/** Prints a summary of each file, or all its problems. The exit code is 2 if any file is invalid. */
export async function validate(
  named: readonly string[],
  { report, ...raw }: RawValidateFlags,
  io: Io,
): Promise<ExitCode> {
  const path = report === undefined ? null : pathOf(report)
  const flags = parseRunFlags(raw)
  const files = named.length > 0 ? named : await findScenarioFiles(io)
  const checked: Checked[] = []
  for (const file of files) checked.push(await look(file, flags, io))
  const layout = layoutOf(io.stderr)
  for (const each of checked) {
    if ('problems' in each) io.stderr.write(`${renderProblems(each.problems, layout)}\n\n`)
    else {
      for (const warning of slowPatterns(each.scenario))
        io.stderr.write(`warning: ${renderProblems([warning], layout)}\n\n`)
      if (path !== '-') io.stdout.write(`${each.file}: valid (${summarize(each.scenario)})\n`)
    }
  }
  if (path !== null) {
    const text = `${escapedJson(JSON.stringify(toJson(checked), null, 2))}\n`
    if (path === '-') io.stdout.write(text)
    else await writeFileAtomic(resolve(io.cwd, path), text)
  }
  return checked.some((each) => 'problems' in each) ? EXIT.usage : EXIT.passed
}

async function look(file: string, flags: RunFlags, io: Io): Promise<Checked> {
  try {
    const [scenario] = await readScenarios([file], flags, io)
    return { file, scenario: scenario! }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { file, problems: error.problems }
  }
}

/** `json`, `json=-` or `json=out.json`. */
function pathOf(report: string): string {
  const [, path = '-'] = /^json(?:=(.+))?$/.exec(report) ?? []
  if (!/^json(=.+)?$/.test(report))
    throw userError(
      `--report ${report}: validate reports only json`,
      'write --report json=-, or json=problems.json',
    )
  return path
}

/** `perfctl/validation@1`: each file with its problems, an empty list if it is valid. Positions count from 1. */
function toJson(checked: readonly Checked[]): object {
  return {
    schema: 'perfctl/validation@1',
    valid: checked.every((each) => 'scenario' in each),
    files: checked.map((each) => ({
      file: each.file,
      valid: 'scenario' in each,
      scenario: 'scenario' in each ? each.scenario.name : null,
      problems: 'problems' in each ? each.problems.map(problemJson) : [],
      warnings: 'scenario' in each ? slowPatterns(each.scenario).map(problemJson) : [],
    })),
  }
}

function problemJson({ message, hint, place }: Problem): object {
  return {
    message,
    hint,
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    length: place?.length ?? null,
  }
}

/** `3 requests, 0 to 20 users in 5s, 2 thresholds, target demo`. */
function summarize(scenario: Scenario): string {
  const { requests, load, thresholds, target } = scenario
  const parts = [plural(requests.length, 'request'), describeLoad(load)]
  if (thresholds.length > 0) parts.push(plural(thresholds.length, 'threshold'))
  parts.push(target === null ? 'no target: pass --target' : `target ${printable(target)}`)
  return parts.join(', ')
}
