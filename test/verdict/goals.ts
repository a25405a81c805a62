/**
 * The goals of verdicts, each with what is counted for it: on the seeds that the rules were made with (0) or, which is
 * what counts, on others.
 */
import { countRises, type Failing } from './failing.js'
import type { Injection, Level, Load, Stalls } from './noise.js'
import {
  countFoundAtStatedInSessions,
  countRedSessions,
  endsOf,
  type SessionEnd,
  type SessionSetting,
} from './sessions.js'
import { countEnds, countFoundAtStated, countRed, type Setting } from './table.js'

interface Goal {
  readonly id: string
  readonly name: string
  /** The share that is aimed at; null where none is. */
  readonly wanted: string | null
  readonly trials: number
  readonly count: (seeds: number) => number
}

/** Prints the goals of these ids, or all, with what was counted, and where the true share lies, 95 % sure. */
export function printGoals(print: (line: string) => void, seeds: number, ids: readonly string[]): void {
  print('| goal | what | wanted | found | 95 % sure | trials |')
  print('|---|---|---|---|---|---|')
  for (const { id, name, wanted, trials, count } of GOALS) {
    if (ids.length > 0 && !ids.includes(id)) continue
    const share = count(seeds)
    const [low, high] = rangeOf(share, trials)
    const cells = [id, name, wanted ?? '', percent(share), `${percent(low)} to ${percent(high)}`, trials]
    print(`| ${cells.join(' | ')} |`)
  }
}

/** `list` slower as a whole, or a part of it. */
const slower = (factor: number, part: Injection['part'] = 'whole'): Injection => ({
  request: 'list',
  factor,
  part,
})

/** What is different on the side that is judged; `stated`: a slowdown of the size that it says can be seen. */
type Change = Injection | Stalls | 'stated' | null

interface AbSetting extends Partial<Load>, Omit<SessionSetting, 'load' | 'seeds' | 'level'> {}

/** Side by side: how often b is red. */
function ab(
  id: string,
  level: Level,
  setting: AbSetting,
  change: Change,
  wanted: string | null,
  trials: number,
): Goal {
  const { seconds = 30, perSecond = 1000, requests = 3, ...rest } = setting
  const load = { seconds, perSecond, requests }
  const name = `ab, ${nameOf(change)}, ${level}, ${JSON.stringify({ seconds, ...setting })}`
  const count = (seeds: number) =>
    change === 'stated'
      ? countFoundAtStatedInSessions({ level, load, seeds, ...rest }, trials)
      : countRedSessions({ level, load, seeds, ...rest }, change, trials)
  return { id, name, wanted, trials, count }
}

/** The jobs of one stock are drawn again and again, so that several stocks are asked. */
const STOCKS = 2

/** Against a stored baseline: how often the candidate is red. */
function stored(
  id: string,
  level: Level,
  setting: Partial<Setting>,
  change: Exclude<Change, Stalls>,
  wanted: string | null,
  trials: number,
): Goal {
  const given = { load: { seconds: 60, perSecond: 1000 }, jobs: 10, runs: 3, ...setting }
  const count = (seeds: number) => {
    let sum = 0
    for (let stock = 0; stock < STOCKS; stock++) {
      const each: Setting = { level, ...given, seeds: STOCKS * seeds + stock }
      sum +=
        change === 'stated'
          ? countFoundAtStated(each, trials / STOCKS)
          : countRed(each, change, trials / STOCKS)
    }
    return sum / STOCKS
  }
  return { id, name: `stored, ${nameOf(change)}, ${level}, ${JSON.stringify(given)}`, wanted, trials, count }
}

function nameOf(change: Change): string {
  if (change === null) return 'same code'
  if (change === 'stated') return 'as slow as a line says can be seen'
  return change.part === 'stalls'
    ? `${change.ms} ms every ${change.everySeconds} s`
    : `${change.part} x ${change.factor}`
}

/** The error rate of a request: how often it is called risen. */
function errors(before: Failing, after: Failing, wanted: string): Goal {
  const trials = 4000
  const options = { tolerance: 0.001, trials }
  return {
    id: 'V13',
    name: `errors, tolerance 0.1pp, ${JSON.stringify(before)} to ${JSON.stringify(after)}`,
    wanted,
    trials,
    count: (seeds) => countRises([before, after], { ...options, seeds }),
  }
}

/** A request of the service with heavy tails, slower as a whole. */
const slow = (request: string, factor: number): Injection => ({ request, factor, part: 'whole' })

/** Side by side, on the service with heavy tails: how often sessions end so. */
function abHeavy(
  id: string,
  level: Level,
  { seconds, perSecond, ...rest }: Omit<AbSetting, 'requests'> & Load,
  change: Injection | null,
  [end, wanted]: readonly [SessionEnd, string],
  trials: number,
): Goal {
  const load = { seconds, perSecond, isHeavy: true }
  const name = `ab, heavy tails, ${nameOfHeavy(change)}, ${level}, ${JSON.stringify({ seconds, perSecond, ...rest })}: ${end}`
  const count = (seeds: number) => endsOf({ level, load, seeds, ...rest }, change, trials)[end] / trials
  return { id, name, wanted, trials, count }
}

/** The same against a stored baseline of one job of one run. */
function storedHeavy(
  id: string,
  level: Level,
  setting: Partial<Setting> & { readonly load: Load },
  change: Injection | null,
  [end, wanted]: readonly [SessionEnd, string],
  trials: number,
): Goal {
  const given = { jobs: 1, runs: 1, ...setting, load: { ...setting.load, isHeavy: true } }
  const name = `stored, heavy tails, ${nameOfHeavy(change)}, ${level}, ${JSON.stringify({ ...given, load: setting.load })}: ${end}`
  const count = (seeds: number) => {
    let sum = 0
    for (let stock = 0; stock < STOCKS; stock++)
      sum += countEnds({ level, ...given, seeds: STOCKS * seeds + stock }, change, trials / STOCKS)[end]
    return sum / trials
  }
  return { id, name, wanted, trials, count }
}

function nameOfHeavy(change: Injection | null): string {
  return change === null ? 'same code' : `${change.request} x ${change.factor}`
}

/** When `perfctl ab` looks, unless told otherwise. */
const LOOKS = [15, 30, 60, 120]
const TAIL = { seconds: 240, perSecond: 2000 }
const STALLS: Stalls = { part: 'stalls', everySeconds: 5, ms: 300, users: 20 }
const MANY = { seconds: 60, perSecond: 4000, requests: 40 }

const BUSY = { seconds: 30, perSecond: 700 }
const CALM = { seconds: 60, perSecond: 100 }
const CALM_RUN = { seconds: 60, perSecond: 200 }
const LONG = { seconds: 120, perSecond: 700, looks: LOOKS }

const GOALS: readonly Goal[] = [
  ab('V1', 'shared', {}, null, '<= 0.5 %', 2000),
  ab('V1', 'shared', { seconds: 15 }, null, null, 2000),
  ab('V2', 'quiet', {}, null, '<= 0.5 %', 2000),
  ab('V2', 'hetero', {}, null, '<= 0.5 %', 2000),
  ab('V2n', 'noisy', {}, null, null, 1000),
  ab('V2r', 'noisy', { seconds: 60, starts: 2 }, null, '<= 0.5 %', 2000),
  ab('V2r', 'noisy', { seconds: 60, starts: 4 }, null, '<= 0.5 %', 1000),
  ab('V2r', 'noisy', { seconds: 60, starts: 8 }, null, '<= 0.5 %', 1000),
  ab('V2r', 'shared', { seconds: 60, starts: 4 }, null, '<= 0.5 %', 1000),
  ab('V2l', 'quiet', { seconds: 120, looks: LOOKS }, null, '<= 0.5 %', 1000),
  ab('V2l', 'shared', { seconds: 120, looks: LOOKS }, null, '<= 0.5 %', 1000),
  ab('V3', 'shared', {}, slower(1.1), '>= 97 %', 500),
  ab('V3', 'shared', { seconds: 15 }, slower(1.1), null, 500),
  ab('V3', 'quiet', { seconds: 15 }, slower(1.1), null, 500),
  ab('V3', 'hetero', {}, slower(1.1), null, 500),
  ab('V3n', 'noisy', {}, slower(1.1), null, 400),
  ab('V3n', 'noisy', {}, slower(1.15), null, 400),
  ab('V3r', 'noisy', { seconds: 60, starts: 2 }, slower(1.1), null, 400),
  ab('V3r', 'noisy', { seconds: 60, starts: 4 }, slower(1.1), null, 400),
  ab('V4', 'shared', { seconds: 15 }, slower(1.15), '>= 97 %', 500),
  ab('V4', 'shared', { seconds: 15 }, slower(1.2), '>= 99 %', 500),
  ab('V5', 'shared', {}, slower(1.1, 'p50'), '>= 97 %', 500),
  ab('V6', 'shared', TAIL, slower(1.3, 'tail'), '>= 90 %', 100),
  stored('V7', 'shared', {}, null, '<= 0.5 %', 4000),
  stored('V7', 'quiet', {}, null, '<= 0.5 %', 4000),
  stored('V7', 'hetero', {}, null, '<= 0.5 %', 4000),
  stored('V7', 'noisy', {}, null, '<= 1 %', 4000),
  ...(['quiet', 'shared'] as const).flatMap((level) =>
    [1, 10].map((jobs) => stored('V7s', level, { jobs, runs: 1 }, null, '<= 1 %', 4000)),
  ),
  stored('V8', 'quiet', {}, slower(1.1), '>= 97 %', 1000),
  stored('V8', 'shared', {}, slower(1.2), '>= 88 %', 1000),
  stored('V8', 'shared', {}, slower(1.3), '>= 98 %', 1000),
  ...(['quiet', 'shared'] as const).flatMap((level) =>
    [1, 10].flatMap((jobs) =>
      [1.1, 1.2, 1.3].map((factor) => stored('V8s', level, { jobs, runs: 1 }, slower(factor), null, 1000)),
    ),
  ),
  ...(['quiet', 'shared', 'noisy'] as const).map((level) =>
    stored('V9', level, {}, 'stated', '85 to 97 %', 1000),
  ),
  ab('V9', 'quiet', {}, 'stated', '85 to 97 %', 300),
  ab('V9', 'shared', {}, 'stated', '85 to 97 %', 300),
  ab('V9', 'shared', { seconds: 60, starts: 4 }, 'stated', '85 to 97 %', 200),
  ab('V12', 'shared', { perSecond: 4000, requests: 40 }, null, '<= 1 %', 400),
  stored('V12', 'shared', { load: MANY, runs: 1 }, null, '<= 1 %', 2000),
  ...[
    { share: 0, clusters: 0.2 },
    { share: 0.0005, clusters: 0.5 },
    { share: 0.01, clusters: 1 },
  ].map((same) => errors(same, same, '<= 1 %')),
  errors({ share: 0, clusters: 0.2 }, { share: 0.005, clusters: 0.2 }, '>= 98 %'),
  abHeavy('V20', 'quiet', BUSY, null, ['passed', '>= 95 %'], 400),
  abHeavy('V20', 'shared', BUSY, null, ['passed', '>= 90 %'], 400),
  abHeavy('V20', 'quiet', CALM, null, ['passed', '>= 80 %'], 400),
  abHeavy('V20', 'shared', CALM, null, ['passed', '>= 80 %'], 400),
  ...(['quiet', 'shared'] as const).flatMap((level) =>
    [BUSY, CALM].map((load) => abHeavy('V21', level, load, null, ['regressed', '<= 0.5 %'], 1000)),
  ),
  abHeavy('V21l', 'shared', LONG, null, ['passed', '>= 90 %'], 200),
  abHeavy('V21l', 'shared', LONG, null, ['regressed', '<= 0.5 %'], 500),
  ...(['browse', 'search', 'cart', 'report'] as const).flatMap((request) =>
    [BUSY, CALM].map((load) => abHeavy('V22', 'shared', load, slow(request, 1.2), ['passed', '<= 5 %'], 300)),
  ),
  abHeavy('V23', 'shared', BUSY, slow('browse', 1.1), ['regressed', '>= 95 %'], 300),
  storedHeavy('V24', 'quiet', { load: CALM_RUN }, null, ['passed', '>= 85 %'], 2000),
  storedHeavy('V24', 'quiet', { load: CALM_RUN }, null, ['regressed', '<= 1 %'], 4000),
  storedHeavy('V25', 'shared', { load: BUSY }, null, ['regressed', '<= 1 %'], 4000),
  storedHeavy('V25', 'shared', { load: BUSY }, slow('browse', 1.2), ['regressed', '>= 85 %'], 1000),
  storedHeavy('V25', 'shared', { load: BUSY }, slow('browse', 1.3), ['regressed', '>= 97 %'], 1000),
  ...[1, 10].map((jobs) =>
    storedHeavy('V26', 'hetero', { load: BUSY, jobs, yardsticks: true }, null, ['regressed', '<= 1 %'], 4000),
  ),
  ab('stalls', 'quiet', { seconds: 60 }, STALLS, '>= 60 %', 200),
  ab('stalls', 'shared', { seconds: 60 }, STALLS, '>= 60 %', 200),
  ab('stalls', 'shared', { seconds: 120, looks: LOOKS }, STALLS, '>= 97 %', 100),
  ab('stop', 'shared', { seconds: 60 }, { ...STALLS, everySeconds: 1e9, ms: 5000 }, '<= 0.5 %', 400),
]

/** Where the true share lies, of independent trials (Wilson 1927). */
function rangeOf(share: number, trials: number): readonly [number, number] {
  const z2 = 1.96 ** 2
  const middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
  const reach =
    (1.96 * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials ** 2))) / (1 + z2 / trials)
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.02 ? 2 : 1)} %`
}
