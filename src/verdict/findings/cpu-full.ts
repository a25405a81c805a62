/**
 * A service that computes all the time: on one core, as a single thread does, or on all of the machine.
 */
import { findingOf } from '../../stats/findings.js'
import { median } from '../../stats/math.js'
import type { Rule } from './run-view.js'

const SECONDS_MIN = 5
/** A reading is late by some ms, so a full core may seem a bit more. */
const FULL = [0.93, 1.07] as const
/** The share of the seconds in which it has to be full. */
const SECONDS_SHARE = 0.8
/** Requests of a full core wait for each other: they take this many times as long as the fastest. */
const WAIT = 2

/** Finds a core, or a machine, that limits the service. */
export const findFullCpu: Rule = ({ run: { target, totals, environment } }) => {
  const cpus = target?.timeline.flatMap(({ cpu }) => cpu ?? []) ?? []
  if (cpus.length < SECONDS_MIN) return []
  const { min, p50 } = totals.serviceTime
  if (p50 === null || p50 < WAIT * (min ?? 0)) return []
  const coresMost = fullCores(cpus, environment.cores)
  return coresMost === undefined ? [] : [findingOf('cpu_full', { cores: median(cpus), coresMost })]
}

/** Returns how many cores are all in use in most seconds, one or those of the machine; undefined if neither. */
export function fullCores(cpus: readonly number[], coresOfMachine: number): number | undefined {
  const isFull = (cores: number) =>
    cpus.filter((cpu) => cpu >= FULL[0] * cores && cpu <= FULL[1] * cores).length >=
    SECONDS_SHARE * cpus.length
  return [1, coresOfMachine].find(isFull)
}
