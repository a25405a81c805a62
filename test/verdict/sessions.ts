/**
 * How often an `ab` session calls identical code regressed, and how often it finds a slowdown: counted over simulated
 * sessions.
 */

import { COMPARE_DEFAULTS } from '../../src/verdict/compare.js'
import { allSettled } from '../../src/verdict/decisive.js'
import type { Judged } from '../../src/verdict/line.js'
import type { Block } from '../../src/verdict/pairing.js'
import { judgeSides, type Sides } from '../../src/verdict/session.js'
import { type Injection, type Level, type Load, Machine, type Stalls, seedOf } from './noise.js'

/** An `ab` session on a machine of a level of noise. */
export interface SessionSetting {
  readonly level: Level
  /** Its seconds are those of each side. */
  readonly load: Load
  /** How often both sides are started, each time with the luck of new processes; 1 unless given. */
  readonly starts?: number
  /** It is looked at after so many seconds of each side, with one start, and ends when it's clear; only at its end unless given. */
  readonly looks?: readonly number[]
  /** Other seeds for other numbers; 0, those that the rules were made with, unless given. */
  readonly seeds?: number
}

/** Without `minDelta`, which would hide +10 % of the 10 ms that `list` takes. */
const LIMITS = { ...COMPARE_DEFAULTS, minDeltaMs: 0 }

/** How a session ended. */
export type SessionEnd = 'regressed' | 'inconclusive' | 'passed'

/** The share of sessions in which b is called regressed, with an injection into b. */
export function countRedSessions(
  setting: SessionSetting,
  injection: Injection | Stalls | null,
  trials: number,
): number {
  return endsOf(setting, injection, trials).regressed / trials
}

/** How so many sessions end, with an injection into b. */
export function endsOf(
  setting: SessionSetting,
  injection: Injection | Stalls | null,
  trials: number,
): Readonly<Record<SessionEnd, number>> {
  const ends = { regressed: 0, inconclusive: 0, passed: 0 }
  for (let trial = 1; trial <= trials; trial++) ends[judgeSession(setting, injection, trial)]++
  return ends
}

/**
 * The share of sessions that find a slowdown of `list` exactly as large as its p50 line says can be detected, by that
 * line alone.
 */
export function countFoundAtStatedInSessions(setting: SessionSetting, trials: number): number {
  let found = 0
  for (let trial = 1; trial <= trials; trial++) {
    const line = (change: Injection | null) =>
      judgeSides(makeSession(setting, change, trial), {
        limits: LIMITS,
        looks: 1,
        maxSeconds: setting.load.seconds,
      })[0]!.judgements[0]!
    const factor = 1 + line(null).detectable!
    if (line({ request: 'list', factor, part: 'whole' }).verdict === 'regressed') found++
  }
  return found / trials
}

function judgeSession(
  setting: SessionSetting,
  injection: Injection | Stalls | null,
  trial: number,
): SessionEnd {
  const { load, looks = [load.seconds] } = setting
  const sides = makeSession(setting, injection, trial)
  for (const seconds of looks) {
    const end = endOf(
      judgeSides(until(sides, seconds), { limits: LIMITS, looks: looks.length, maxSeconds: load.seconds }),
    )
    if (end !== 'inconclusive' || seconds === looks.at(-1)) return end
  }
  return 'inconclusive'
}

/** Both sides of a simulated session. */
export function makeSession(
  { level, load, starts = 1, seeds = 0 }: SessionSetting,
  injection: Injection | Stalls | null,
  trial: number,
): Sides {
  const machine = new Machine(level, seedOf(104_729 * trial, seeds), load)
  const each = { ...load, seconds: Math.round(load.seconds / starts) }
  const blocks = Array.from({ length: starts }, () => machine.session(each, injection))
  const names = blocks[0]!.a.requests.map(({ name }) => name)
  return {
    requests: names.map((name, index) => ({
      name,
      kind: 'request' as const,
      blocks: blocks.map(({ a, b }) => ({ a: a.requests[index]!.series, b: b.requests[index]!.series })),
    })),
    whole: blocks.map(({ a, b }) => ({ a: a.whole, b: b.whole })),
  }
}

/** What there is of the sides after so many seconds of each, of a session with one start. */
function until({ requests, whole }: Sides, seconds: number): Sides {
  const cut = (blocks: readonly Block[]) =>
    blocks.length > 1
      ? blocks
      : blocks.map(({ a, b }) => ({ a: a.slice(0, seconds), b: b.slice(0, seconds) }))
  return {
    requests: requests.map((request) => ({ ...request, blocks: cut(request.blocks) })),
    whole: whole === null ? null : cut(whole),
  }
}

function endOf(judged: readonly Judged[]): SessionEnd {
  const all = judged.flatMap(({ judgements }) => judgements)
  if (all.some(({ verdict }) => verdict === 'regressed')) return 'regressed'
  return allSettled(all.filter(({ decisive }) => decisive)) ? 'passed' : 'inconclusive'
}
