/**
 * `perfctl explain <scenario.yaml...>`: describes what a run would do, without sending anything.
 */
import { access } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import { renderExplanation } from '../report/explain/explain.js'
import { defaultBaselineFile } from './baseline-reference.js'
import { pageOf } from './report.js'
import { parseRunFlags, type RawRunFlags } from './run-options.js'
import { readScenarios } from './scenario-files.js'

/** The flags, as parsed by commander. Flags that change a run also change its explanation. */
export type RawExplainFlags = Pick<
  RawRunFlags,
  'target' | 'vus' | 'duration' | 'rate' | 'iterations' | 'stage' | 'env' | 'envFile' | 'profile' | 'color'
>

/** Explains each scenario. Throws a UserError that lists all problems in all files. */
export async function explain(names: readonly string[], raw: RawExplainFlags, io: Io): Promise<ExitCode> {
  const flags = parseRunFlags(raw)
  const scenarios = await readScenarios(names, flags, io)
  const page = pageOf(io, flags.color)
  const texts: string[] = []
  for (const scenario of scenarios) {
    const file = scenario.baseline.file ?? defaultBaselineFile(scenario.name)
    const path = resolve(io.cwd, file)
    const exists = await access(path).then(
      () => true,
      () => false,
    )
    const shown = { ...scenario, target: flags.target ?? scenario.target }
    texts.push(renderExplanation(shown, { file: relative(io.cwd, path), exists }, page))
  }
  io.stdout.write(texts.join('\n'))
  return EXIT.passed
}
