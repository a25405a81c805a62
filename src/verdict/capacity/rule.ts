/**
 * When a load counts as carried: the classification of loads in MLRsearch (draft-ietf-bmwg-mlrsearch-15, appendix A).
 *
 * A load is a lower bound if at most the share `exceed` of its trial seconds can be bad even if all that are missing from
 * `sumSeconds` were, and an upper bound if more of them are bad even if all that are missing were good. Short trials say
 * little of what a service can sustain. Good short ones count nothing, and bad ones only as far as they exceed what the
 * good ones excuse.
 */

/** What it takes to decide on a load. */
export interface BoundRule {
  /** A trial of at least this many seconds counts in full. */
  readonly trialSeconds: number
  /** The trial seconds that a decision rests on. */
  readonly sumSeconds: number
  /** The share of them that may be bad; from 0 to below 1. */
  readonly exceed: number
}

/** What is known of a load: it is carried (`lower`), it isn't (`upper`), or that is open. */
export type LoadClass = 'lower' | 'upper' | 'undecided'

/** The trial seconds at one load. */
export interface LoadSeconds {
  /** In full trials that met the SLO, and in those that missed it. */
  readonly good: number
  readonly bad: number
  /** The same in shorter trials. */
  readonly goodShort: number
  readonly badShort: number
}

/** A load without trials. */
export const NO_SECONDS: LoadSeconds = { good: 0, bad: 0, goodShort: 0, badShort: 0 }

/** Adds a trial of so many seconds. */
export function addSeconds(
  to: LoadSeconds,
  seconds: number,
  isMet: boolean,
  { trialSeconds }: BoundRule,
): LoadSeconds {
  const isFull = seconds >= trialSeconds - EPSILON
  const key = isMet ? (isFull ? 'good' : 'goodShort') : isFull ? 'bad' : 'badShort'
  return { ...to, [key]: to[key] + seconds }
}

/** Classifies a load by its trial seconds. */
export function classify(
  { good, bad, goodShort, badShort }: LoadSeconds,
  { sumSeconds, exceed }: BoundRule,
): LoadClass {
  const excused = (goodShort * exceed) / (1 - exceed)
  const allBad = bad + Math.max(0, badShort - excused)
  const whole = Math.max(good + allBad, sumSeconds)
  const allowed = whole * exceed + EPSILON
  if (whole - good <= allowed) return 'lower'
  return allBad > allowed ? 'upper' : 'undecided'
}

/** Durations are sums of fractions; a trial that is short by rounding isn't. */
const EPSILON = 1e-6
