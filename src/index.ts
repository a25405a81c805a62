/**
 * perfctl as a library. It prints nothing, has no process-wide effects, and leaves nothing open.
 */
import { userError } from './base/errors.js'
import { readTextFile } from './base/files.js'
import { readProcessEnv } from './base/host.js'
import { defineScenario as defineScenarioValue } from './scenario/define.js'
import type { ScenarioDefinition } from './scenario/definition-types.js'
import { loadScenario as loadScenarioFile } from './scenario/file.js'
import type { Scenario } from './scenario/model/scenario.js'
import type { Comparison } from './stats/comparison.js'
import { FrozenHistogram } from './stats/frozen-histogram.js'
import { parseResult } from './stats/read.js'
import type { Result } from './stats/result.js'
import { type CompareOptions, compare as compareMeasurements } from './verdict/compare.js'
import type { Measurement } from './verdict/measurement.js'

export { type Problem, UserError } from './base/errors.js'
export { type CapacitySearchOptions, capacity } from './run/capacity/capacity.js'
export { type RunOptions, runScenario as run } from './run/run.js'
export type { RunStart } from './run/source.js'
export type { ScenarioDefinition, StepDefinition } from './scenario/definition-types.js'
export type { Scenario } from './scenario/model/scenario.js'
export type { CapacityFigures, CapacityTrial } from './stats/capacity.js'
export type { Comparison, MetricComparison } from './stats/comparison.js'
export type { Frame } from './stats/frame.js'
export type { FrozenHistogram } from './stats/frozen-histogram.js'
export { parseResult } from './stats/read.js'
export type {
  LatencySummary,
  RequestResult,
  Result,
  Totals,
  Window,
} from './stats/result.js'
export type { Baseline } from './verdict/baseline.js'
export { parseBaseline } from './verdict/baseline-file.js'
export type { CompareOptions } from './verdict/compare.js'
export type { Measurement, Reference } from './verdict/measurement.js'

/**
 * Reads a scenario file. `${NAME}` is filled in from `env`, by default the environment of the process. Throws a
 * UserError that lists all problems in the file.
 */
export function loadScenario(
  file: string,
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string | undefined>> } = {},
): Promise<Scenario> {
  return loadScenarioFile(file, { cwd: options.cwd ?? '', env: options.env ?? readProcessEnv() })
}

/**
 * Makes a scenario from an object with the keys of a scenario file; defaults and checks are the same. Paths in
 * it are relative to `cwd`. Throws a UserError that lists all problems with their key paths.
 */
export function defineScenario(
  definition: ScenarioDefinition,
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string | undefined>> } = {},
): Scenario {
  return defineScenarioValue(definition, { cwd: options.cwd ?? '', env: options.env ?? readProcessEnv() })
}

/** Reads a saved result. Throws a UserError that names the first invalid field. */
export async function readResult(file: string): Promise<Result> {
  return parseResult(await readTextFile(file), file)
}

/**
 * Judges whether `candidate` is worse than `reference`. Synchronous and deterministic: the same two measurements give the
 * same comparison, byte for byte. Throws a UserError if they were measured with different scenarios or loads, or if one
 * is plain JSON that wasn't read with `readResult`, `parseResult` or `parseBaseline`.
 */
export function compare(
  reference: Measurement,
  candidate: Measurement,
  options: Partial<CompareOptions> = {},
): Comparison {
  for (const [name, { requests }] of Object.entries({ reference, candidate })) {
    const isRead = requests.every(({ windows }) =>
      windows.every(({ histogram }) => histogram instanceof FrozenHistogram),
    )
    if (isRead) continue
    throw userError(
      `the ${name} is plain JSON, whose histograms are still text`,
      'read it with readResult, parseResult or parseBaseline',
    )
  }
  return compareMeasurements(reference, candidate, options)
}
