/**
 * How often a rule calls identical code regressed, and how often it finds a slowdown: counted over simulated jobs.
 *
 * Making runs costs more than judging them, so each setting makes a stock of jobs once and draws from it.
 */
import { Random } from '../../src/base/rng.js'
import type { RunEnvironment } from '../../src/stats/result.js'
import { judgeStored } from '../../src/verdict/baseline-rule.js'
import { COMPARE_DEFAULTS } from '../../src/verdict/compare.js'
import { allSettled } from '../../src/verdict/decisive.js'
import { makeFigures } from '../../src/verdict/job.js'
import type { Job, RunFigures } from '../../src/verdict/job-figures.js'
import { basisOf } from '../../src/verdict/machine-speed.js'
import { type Injection, type Level, type Load, Machine, type NoisyRun, seedOf } from './noise.js'
import { countRedSessions, type SessionEnd, type SessionSetting } from './sessions.js'

export interface Setting {
  readonly level: Level
  readonly load: Load
  /** Accepted jobs in the baseline. */
  readonly jobs: number
  /** Runs of each job, the candidate included. */
  readonly runs: number
  /** Whether each run times its machine. */
  readonly yardsticks?: boolean
  /** Other seeds for other numbers; 0, those that the rules were made with, unless given. */
  readonly seeds?: number
}

const STOCK = 240

/** Without `minDelta`, which would hide +10 % of the 10 ms that `list` takes. */
const LIMITS = { ...COMPARE_DEFAULTS, minDeltaMs: 0 }

const ENVIRONMENT: RunEnvironment = {
  perfctl: '0.1.0',
  node: 'v20.20.2',
  os: 'Linux 6.8.0 x64',
  cpu: 'Sample CPU 3000',
  cores: 4,
  workers: 1,
  gitCommit: null,
}

/** A job on a machine of its own. Equal seeds give equal jobs. */
function makeNoisyJob(setting: Omit<Setting, 'jobs'>, seed: number, injection: Injection | null): Job {
  const machine = new Machine(setting.level, seedOf(seed, setting.seeds ?? 0), setting.load)
  const runs = Array.from({ length: setting.runs }, () => figuresOf(machine.run(setting.load, injection)))
  // The yardstick is a program like any other, and scatters a little.
  const yardstick = 1000 * Math.exp(-machine.slowness(0.02))
  return { environment: setting.yardsticks === true ? { ...ENVIRONMENT, yardstick } : ENVIRONMENT, runs }
}

/** What a rule keeps of a simulated run. */
function figuresOf({ requests, whole }: NoisyRun): RunFigures {
  return makeFigures(
    '2026-03-01T10:00:00.000Z',
    requests.map((request) => ({ ...request, kind: 'request' as const })),
    whole,
  )
}

/** How a comparison of a candidate with accepted jobs ends. */
function endOf(accepted: readonly Job[], candidate: Job): SessionEnd {
  const { jobs, speed } = basisOf(accepted, candidate)
  const isOtherSpeed = speed !== null
  const lines = judgeStored(jobs, candidate, candidate.runs[0]!.requests, {
    limits: LIMITS,
    withThroughput: true,
    withMix: true,
    isOtherSpeed,
  }).flatMap(({ judgements }) => judgements)
  const red = lines.filter(({ verdict }) => verdict === 'regressed')
  if (red.some(({ why }) => !isOtherSpeed || why === 'against_others')) return 'regressed'
  return !isOtherSpeed && allSettled(lines.filter(({ decisive }) => decisive)) ? 'passed' : 'inconclusive'
}

const isRed = (accepted: readonly Job[], candidate: Job) => endOf(accepted, candidate) === 'regressed'

/** How comparisons with stored jobs end, over `trials` draws of accepted jobs and a candidate. */
export function countEnds(
  setting: Setting,
  injection: Injection | null,
  trials: number,
): Readonly<Record<SessionEnd, number>> {
  const ends = { regressed: 0, inconclusive: 0, passed: 0 }
  countRed(setting, injection, trials, (accepted, candidate) => {
    ends[endOf(accepted, candidate)]++
    return false
  })
  return ends
}

/** The gate of many tools: one stored run, +10 % / +15 % / +15 % and −10 % throughput, point against point. */
export function isRedToPointRule(before: Job, after: Job): boolean {
  const [old, now] = [before.runs[0]!, after.runs[0]!]
  const change = (a: object, b: object) =>
    'value' in a && 'value' in b ? Number(b.value) / Number(a.value) : 1
  return (
    change(old.throughput, now.throughput) < 0.9 ||
    old.requests.some((request, index) => {
      const { p50, p95, p99 } = now.requests[index]!
      return (
        change(request.p50, p50) > 1.1 || change(request.p95, p95) > 1.15 || change(request.p99, p99) > 1.15
      )
    })
  )
}

/** The share of comparisons that end red, over `trials` draws of accepted jobs and a candidate. */
export function countRed(
  setting: Setting,
  injection: Injection | null,
  trials: number,
  judge: (accepted: readonly Job[], candidate: Job) => boolean = isRed,
): number {
  const stock = stockOf(setting, null)
  const candidates = injection === null ? stock : stockOf(setting, injection)
  const random = new Random(seedOf(setting.jobs, setting.seeds ?? 0))
  let red = 0
  for (let trial = 0; trial < trials; trial++) {
    const drawn = drawDistinct(stock.length, setting.jobs + 1, random)
    const [own, ...accepted] = drawn.map((index) => stock[index]!)
    const candidate = injection === null ? own! : candidates[random.integer(0, candidates.length - 1)]!
    if (judge(accepted, candidate)) red++
  }
  return red / trials
}

/**
 * The share of comparisons that find a slowdown of `list` exactly as large as its p50 line says it can detect, by
 * that line alone.
 */
export function countFoundAtStated(setting: Setting, trials: number): number {
  const stock = stockOf(setting, null)
  const random = new Random(seedOf(setting.jobs, setting.seeds ?? 0))
  let found = 0
  for (let trial = 0; trial < trials; trial++) {
    const [own, ...accepted] = drawDistinct(stock.length, setting.jobs + 1, random).map(
      (index) => stock[index]!,
    )
    const line = (candidate: Job) =>
      judgeStored(accepted, candidate, candidate.runs[0]!.requests, {
        limits: LIMITS,
        withThroughput: true,
        withMix: true,
      })[0]!.judgements[0]!
    if (line(slower(own!, 1 + line(own!).detectable!)).verdict === 'regressed') found++
  }
  return found / trials
}

/** The job, had its request `list` been slower by a factor. */
function slower(job: Job, factor: number): Job {
  const scale = <T extends object>(figure: T): T =>
    'value' in figure ? { ...figure, value: Number(figure.value) * factor } : figure
  return {
    ...job,
    runs: job.runs.map((run) => ({
      ...run,
      requests: run.requests.map((request) =>
        request.name === 'list' ? { ...request, p50: scale(request.p50) } : request,
      ),
    })),
  }
}

const stocks = new Map<string, readonly Job[]>()

function stockOf(
  { level, load, runs, yardsticks = false, seeds = 0 }: Setting,
  injection: Injection | null,
): readonly Job[] {
  const key = JSON.stringify([level, load, runs, yardsticks, seeds, injection])
  const known = stocks.get(key)
  if (known !== undefined) return known
  const size = (load.requests ?? 3) > 3 ? 60 : STOCK
  const first = injection === null ? 1 : 1 + size
  const stock = Array.from({ length: size }, (_, index) =>
    makeNoisyJob({ level, load, runs, yardsticks, seeds }, 7919 * (first + index), injection),
  )
  stocks.set(key, stock)
  return stock
}

function drawDistinct(size: number, count: number, random: Random): readonly number[] {
  const drawn = new Set<number>()
  while (drawn.size < count) drawn.add(random.integer(0, size - 1))
  return [...drawn]
}

const LOADS: Readonly<Record<string, Load>> = {
  '60s 60k': { seconds: 60, perSecond: 1000 },
  '25s 12k': { seconds: 25, perSecond: 500 },
  '60s, 40 requests': { seconds: 60, perSecond: 4000, requests: 40 },
}

/** Prints the tables of stored baselines and of sessions, line by line. */
export function printTables(print: (line: string) => void, seeds: number): void {
  printStored(print, seeds)
  print('')
  print('| noise | of each side | A/A red | +5 % | +10 % | +15 % | +20 % |')
  print('|---|---|---|---|---|---|---|')
  for (const level of ['quiet', 'shared', 'hetero', 'noisy'] as const) {
    for (const seconds of [15, 30, 60]) {
      const load = { seconds, perSecond: 1000 }
      printSessions({ level, load, seeds }, `${seconds} s`, print)
    }
  }
  for (const level of ['shared', 'noisy'] as const) {
    for (const starts of [2, 4, 8]) {
      const setting = { level, load: { seconds: 60, perSecond: 1000 }, starts, seeds }
      printSessions(setting, `60 s, ${starts} starts`, print)
    }
  }
}

function printSessions(setting: SessionSetting, name: string, print: (line: string) => void): void {
  const found = [1.05, 1.1, 1.15, 1.2].map((factor) =>
    countRedSessions(setting, { request: 'list', factor, part: 'whole' }, 400),
  )
  const cells = [countRedSessions(setting, null, 3000), ...found].map(percent)
  print(`| ${setting.level} | ${name} | ${cells.join(' | ')} |`)
}

function printStored(print: (line: string) => void, seeds: number): void {
  const whole = (factor: number): Injection => ({ request: 'list', factor, part: 'whole' })
  print(
    '| noise | run | jobs × runs | point rule, A/A | A/A red | +10 % | +20 % | +30 % | found at the stated size |',
  )
  print('|---|---|---|---|---|---|---|---|---|')
  for (const level of ['quiet', 'shared', 'noisy'] as const) {
    for (const [name, load] of Object.entries(LOADS)) {
      if (load.requests !== undefined && level !== 'shared') continue
      for (const [jobs, runs] of [
        [1, 1],
        [3, 1],
        [5, 1],
        [10, 1],
        [10, 3],
      ] as const) {
        if (load.requests !== undefined && runs > 1) continue
        const setting = { level, load, jobs, runs, seeds }
        const point = countRed(setting, null, 500, ([before], after) => isRedToPointRule(before!, after))
        const cells = [
          countRed(setting, null, 3000),
          ...[1.1, 1.2, 1.3].map((factor) => countRed(setting, whole(factor), 500)),
        ]
        const stated = load.requests === undefined ? percent(countFoundAtStated(setting, 500)) : '–'
        print(
          `| ${level} | ${name} | ${jobs} × ${runs} | ${percent(point)} | ${cells.map(percent).join(' | ')} | ${stated} |`,
        )
      }
    }
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`
}
