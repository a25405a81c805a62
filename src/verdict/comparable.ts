/**
 * Whether two measurements may be held against each other at all.
 */
import { userError } from '../base/errors.js'
import { printable } from '../base/printable.js'
import type { Why } from '../stats/comparison.js'
import { listShardDoubts, nameShard } from '../stats/shard.js'
import { differences } from './environment.js'
import type { Measurement } from './measurement.js'

/** What has to agree before two measurements are held against each other. */
export interface Comparable {
  readonly scenario: Pick<Measurement['scenario'], 'name' | 'hash' | 'load'>
  readonly requests: readonly { readonly name: string }[]
  readonly shard?: Measurement['shard']
}

/**
 * Throws a UserError when the two are of different scenarios or loads, with the difference: a comparison would be
 * meaningless. Requests that were added or taken out are no obstacle; they are shown as new and missing.
 */
export function refuseOtherScenario(reference: Comparable, candidate: Comparable, name: string): void {
  refuseOtherShard(reference, candidate, name)
  const [before, after] = [reference.scenario, candidate.scenario]
  if (before.hash === after.hash || before.hash === '' || after.hash === '') return
  const isSameLoad = before.name === after.name && before.load === after.load
  if (isSameLoad && haveOtherRequests(reference, candidate)) return
  const difference =
    before.name !== after.name
      ? `scenario "${printable(before.name)}" there, "${printable(after.name)}" here`
      : before.load !== after.load
        ? `load "${printable(before.load)}" there, "${printable(after.load)}" here`
        : `the same load, but other requests or data (${short(before.hash)} there, ${short(after.hash)} here)`
  throw userError(
    `${name} was measured with another scenario: ${difference}`,
    'run it as it was, or make a new baseline (perfctl baseline update), or leave it out (--no-baseline)',
  )
}

function refuseOtherShard(reference: Comparable, candidate: Comparable, name: string): void {
  const [before, after] = [nameShard(reference.shard), nameShard(candidate.shard)]
  if (before === after) return
  throw userError(
    `${name} is ${before ?? 'a whole run'}, and the other is ${after ?? 'a whole run'}: a part of a load is no measure for another`,
    'put all shards of the run together first: perfctl merge',
  )
}

/** Why the two can't be held against each other fairly; each makes the comparison inconclusive. */
export interface Doubt {
  readonly why: Why
  /** A sentence. */
  readonly text: string
}

/** All that is doubtful about holding the two against each other. */
export function findDoubts(
  reference: Measurement,
  candidate: Measurement,
  { baseline, allowEnvironment }: { readonly baseline: string; readonly allowEnvironment: boolean },
): Doubt[] {
  const doubts: Doubt[] = []
  const add = (why: Why, text: string) => doubts.push({ why, text })
  const places = reference.jobs?.map((job) => job.environment) ?? [reference.environment]
  const unlike = places.map((environment) => differences(environment, candidate.environment))
  if (!allowEnvironment && unlike.every((traits) => traits.length > 0)) {
    add(
      'other_machine',
      `measured in another environment than ${baseline}: ${unlike.at(-1)!.join(', ')}; make a baseline on this machine`,
    )
  }
  for (const [measurement, name] of [
    [reference, baseline],
    [candidate, candidate.session ? candidate.session.side : 'this run'],
  ] as const) {
    const { saturated, reasons } = measurement.generator
    if (saturated)
      add(
        'late_generator',
        `the load generator was the bottleneck in ${name}: ${reasons.join('; ') || 'saturated'}`,
      )
    if (measurement.interrupted) add('interrupted', `${name} was interrupted before its end`)
    for (const doubt of listShardDoubts(measurement)) add('uneven_shards', `${name}: ${doubt}`)
  }
  return doubts
}

/** The machine had another speed than those of the baseline, though it has the same name. */
export function describeSpeed(ratio: number, baseline: string): Doubt {
  const percent = Math.round(Math.abs(1 - ratio) * 100)
  return {
    why: 'other_speed',
    text: `this machine was ${percent} % ${ratio < 1 ? 'slower' : 'faster'} than in ${baseline}, by a fixed piece of work; compare side by side (perfctl ab), or run it again`,
  }
}

function haveOtherRequests(a: Comparable, b: Comparable): boolean {
  const names = (of: Comparable) => of.requests.map((request) => request.name).sort()
  return names(a).join('\n') !== names(b).join('\n')
}

function short(hash: string): string {
  return printable(hash.replace(/^sha256:/, '').slice(0, 12))
}
