/**
 * Whether two measurements may be compared, and what makes a comparison doubtful.
 */
import { userError } from '../base/errors.js'
import { printable } from '../base/printable.js'
import type { Why } from '../stats/comparison.js'
import { listLoadDoubts, nameShard } from '../stats/shard.js'
import { differences } from './environment.js'
import type { Measurement } from './measurement.js'

/** What has to agree before two measurements are compared. */
export interface Comparable {
  readonly scenario: Pick<Measurement['scenario'], 'name' | 'hash' | 'load'>
  readonly requests: readonly { readonly name: string }[]
  readonly shard?: Measurement['shard']
}

/**
 * Throws a UserError with the difference if the two have different scenarios, loads or shards, as a comparison would be
 * meaningless. Added and removed requests are no obstacle; they are shown as new and missing. `name`: the reference's.
 */
export function refuseOtherScenario(
  reference: Comparable,
  candidate: Comparable,
  name: string,
  hint = 'take measurements of the same scenario and load',
): void {
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
  throw userError(`${name} was measured with another scenario: ${difference}`, hint)
}

function refuseOtherShard(reference: Comparable, candidate: Comparable, name: string): void {
  const [before, after] = [nameShard(reference.shard), nameShard(candidate.shard)]
  if (before === after) return
  throw userError(
    `${name} is ${before ?? 'a whole run'}, and the other is ${after ?? 'a whole run'}: different parts of a load can't be compared`,
    'merge all shards of the run first: perfctl merge',
  )
}

/** A reason why a comparison isn't fair; any makes it inconclusive. */
export interface Doubt {
  readonly why: Why
  /** A sentence. */
  readonly text: string
}

/** Returns all doubts about comparing the two. */
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
    for (const doubt of listLoadDoubts(measurement)) add('uneven_load', `${name}: ${doubt}`)
  }
  return doubts
}

/** The doubt that the machine was faster or slower than the baseline's; `ratio`: its relative speed, 0.8 is slower. */
export function describeSpeed(ratio: number, baseline: string): Doubt {
  const percent = Math.round(Math.abs(1 - ratio) * 100)
  return {
    why: 'other_speed',
    text: `this machine was ${percent} % ${ratio < 1 ? 'slower' : 'faster'} than in ${baseline}, measured with a fixed piece of work; compare side by side (perfctl ab), or run it again`,
  }
}

function haveOtherRequests(a: Comparable, b: Comparable): boolean {
  const names = (of: Comparable) => of.requests.map((request) => request.name).sort()
  return names(a).join('\n') !== names(b).join('\n')
}

function short(hash: string): string {
  return printable(hash.replace(/^sha256:/, '').slice(0, 12))
}
