/**
 * Finds the baseline to compare a run, or its merged shards, with.
 */
import { join, relative, resolve } from 'node:path'
import { userError } from '../base/errors.js'
import { fileNameOf } from '../base/files.js'
import type { Io } from '../base/io.js'
import { type Comparable, refuseOtherScenario } from '../verdict/comparable.js'
import type { Reference } from '../verdict/measurement.js'
import { findBaselineFile } from './measurement-files.js'
import type { RunFlags } from './run-options.js'

/** The directory of baselines, relative to the working directory. */
export const BASELINES = 'baselines'

/** The default path of a scenario's baseline. */
export function defaultBaselineFile(scenarioName: string): string {
  return join(BASELINES, `${fileNameOf(scenarioName)}.json`)
}

/** What is going to be judged. */
export interface Subject extends Comparable {
  /** The scenario's file; null for a URL. */
  readonly file: string | null
  /** The profile used as the load; null for `load`. */
  readonly profile: string | null
  /** The baseline file that the scenario names; null if it names none. */
  readonly baseline: string | null
}

type BaselineFlags = Pick<RunFlags, 'baseline' | 'requireBaseline' | 'updateBaseline'>

/** The path of the subject's baseline, whether or not it exists. */
export function baselineFile(
  { scenario, baseline }: Pick<Subject, 'scenario' | 'baseline'>,
  flags: Pick<RunFlags, 'baseline'>,
): string {
  if (typeof flags.baseline === 'string') return flags.baseline
  return baseline ?? defaultBaselineFile(scenario.name)
}

/**
 * The baseline to compare with; null if there is none and none is required. Throws a UserError for a baseline
 * of another scenario.
 */
export async function findReference(
  subject: Subject,
  flags: BaselineFlags,
  io: Io,
): Promise<Reference | null> {
  // A URL is a quick look: it is compared only if a baseline is named.
  if (flags.baseline === false || (subject.file === null && flags.baseline === null)) return null
  const file = baselineFile(subject, flags)
  const shown = relative(io.cwd, resolve(io.cwd, file))
  const baseline = await findBaselineFile(shown, io)
  if (baseline === null) {
    if (!flags.requireBaseline && typeof flags.baseline !== 'string') return null
    throw userError(
      `${subject.scenario.name} has no baseline: ${shown} does not exist`,
      `create it with perfctl baseline update ${subject.file}${subject.profile === null ? '' : ` --profile ${subject.profile}`}`,
    )
  }
  if (flags.updateBaseline && baseline.scenario.hash !== subject.scenario.hash) return null
  refuseOtherScenario(
    baseline,
    subject,
    shown,
    'run it as it was, or make a new baseline (perfctl baseline update), or leave it out (--no-baseline)',
  )
  return { measurement: baseline, name: shown }
}
