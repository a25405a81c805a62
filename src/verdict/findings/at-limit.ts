/**
 * What limits a service at loads that it doesn't carry: its CPU time, as far as it is observed.
 */
import { type Finding, findingOf, topFindings } from '../../stats/findings.js'
import { median } from '../../stats/math.js'
import type { TargetFigures } from '../../stats/target.js'
import { fullCores } from './cpu-full.js'
import { THROTTLED_MIN } from './throttled.js'

/** Trials that miss end early, so there are few seconds of them; but in each of them the service has more to do than it can. */
const SECONDS_MIN = 3

/** Returns the findings as a field of a result, given what the service used in the trials that it missed; none if there are none. */
export function findingsAtLimit(
  trials: readonly TargetFigures[],
  coresOfMachine: number,
): { readonly findings?: readonly Finding[] } {
  const seconds = trials.flatMap(({ timeline }) => timeline)
  const cpus = seconds.flatMap(({ cpu }) => cpu ?? [])
  if (cpus.length < SECONDS_MIN) return {}
  const coresMost = fullCores(cpus, coresOfMachine)
  const throttledSeconds = seconds.reduce((sum, second) => sum + (second.throttledSeconds ?? 0), 0)
  return topFindings([
    ...(coresMost === undefined ? [] : [findingOf('cpu_full', { cores: median(cpus), coresMost })]),
    ...(throttledSeconds < THROTTLED_MIN * cpus.length
      ? []
      : [findingOf('throttled', { throttledSeconds, seconds: cpus.length })]),
  ])
}
