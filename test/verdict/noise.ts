/**
 * Synthetic runs on machines of known noise: the model that verdicts are tuned and tested on.
 *
 * Three requests: `list` (half of the traffic, lognormal 10 ms, some slow ones), `detail` (a cache: 5 ms or 20 ms)
 * and `post` (25 ms, wide, some slow ones). What makes two runs of the same code differ comes in layers: the machine
 * of the job, the process of the run, a first-order autoregression from second to second, a slow wander, a drift and
 * a warm-up residue, bursts of busy neighbours, and pauses of garbage collection.
 *
 * Runs come as the series that judges look at, without the detour over files: thousands of them a minute.
 */
import { Random } from '../../src/base/rng.js'
import { FrozenHistogram, writeCounts } from '../../src/stats/frozen-histogram.js'
import type { Series, Slice } from '../../src/verdict/series.js'
import {
  BIN_SLOTS,
  BINS,
  BINS_PER_E,
  HEAVY,
  type Injection,
  KINDS,
  LOWEST,
  TABLE_SCALE,
  type Table,
  tableOf,
} from './services.js'
import { makeStops, type Stalls, type Stop, standstillOf } from './standstill.js'

export type { Injection } from './services.js'
export type { Stalls } from './standstill.js'

const counters = new Int32Array(BINS)

export type Level = 'quiet' | 'shared' | 'noisy' | 'hetero'

interface Noise {
  /** Standard deviations of logarithms. */
  readonly job: number
  readonly run: number
  readonly second: number
  readonly wander: number
  readonly drift: number
  readonly residue: number
  readonly burstsPerSecond: number
  /** Share of machines that are 1.3 to 1.6 times slower. */
  readonly slow: number
}

const SHARED: Noise = {
  job: 0.03,
  run: 0.012,
  second: 0.04,
  wander: 0.02,
  drift: 0.015,
  residue: 0.03,
  burstsPerSecond: 0.02,
  slow: 0,
}

const LEVELS: Readonly<Record<Level, Noise>> = {
  quiet: {
    job: 0.005,
    run: 0.005,
    second: 0.015,
    wander: 0.007,
    drift: 0.005,
    residue: 0.01,
    burstsPerSecond: 0.001,
    slow: 0,
  },
  shared: SHARED,
  noisy: {
    job: 0.07,
    run: 0.03,
    second: 0.06,
    wander: 0.04,
    drift: 0.03,
    residue: 0.05,
    burstsPerSecond: 0.06,
    slow: 0,
  },
  hetero: { ...SHARED, slow: 0.25 },
}

/** The same seed among others: `seeds` 0 are those that the rules were made with. */
export function seedOf(seed: number, seeds: number): number {
  return seed + seeds * 2 ** 32
}

export interface Load {
  readonly seconds: number
  readonly perSecond: number
  /** The three requests, repeated under other names until there are so many. */
  readonly requests?: number
  /** The service of four requests with heavy tails instead. */
  readonly isHeavy?: boolean
}

function kindsOf({ isHeavy = false }: Pick<Load, 'isHeavy'>): typeof KINDS {
  return isHeavy ? HEAVY : KINDS
}

/** A run as judges see it. */
export interface NoisyRun {
  readonly requests: readonly { readonly name: string; readonly series: Series }[]
  readonly whole: Series
}

/** What the same machine does to both sides of a session, second by second. */
interface Weather {
  readonly level: Float64Array
  readonly bursts: readonly Burst[]
  readonly pauses: readonly Pause[]
}

interface Burst {
  readonly start: number
  readonly end: number
  readonly factor: number
}

interface Pause {
  readonly at: number
  readonly ms: number
}

/** The machine of one job: everything that its runs have in common. */
export class Machine {
  private readonly random: Random
  private readonly noise: Noise
  private readonly factor: number
  private readonly perRequest: readonly number[]
  private readonly burstRate: number

  constructor(level: Level, seed: number, load: Pick<Load, 'requests' | 'isHeavy'>) {
    this.random = new Random(seed)
    this.noise = LEVELS[level]
    const { job, slow, burstsPerSecond } = this.noise
    const slowness = this.random.float() < slow ? Math.log(1.3 + 0.3 * this.random.float()) : 0
    this.factor = job * this.normal() + slowness
    this.perRequest = Array.from(
      { length: load.requests ?? kindsOf(load).length },
      () => 0.35 * job * this.normal(),
    )
    this.burstRate = burstsPerSecond * Math.exp(0.8 * this.normal())
  }

  /** How much slower than usual the machine is, a logarithm, as a program sees it that scatters by itself. */
  slowness(scatter: number): number {
    return this.factor + scatter * this.normal()
  }

  /** One run, or `n` of them one after the other. */
  run(load: Load, injection: Injection | Stalls | null = null): NoisyRun {
    const weather = this.weather(load.seconds)
    const process = this.process()
    const seconds = Array.from({ length: load.seconds }, (_, second) => second)
    return this.serve(load, injection, process, weather, seconds)
  }

  /**
   * An A/B session of `seconds` a side in slices of a second, A B B A: both live through the same weather, each with
   * the luck of its own process.
   */
  session(load: Load, injection: Injection | Stalls | null): { readonly a: NoisyRun; readonly b: NoisyRun } {
    const weather = this.weather(2 * load.seconds)
    const all = Array.from({ length: 2 * load.seconds }, (_, second) => second)
    const isA = (second: number) => second % 4 === 0 || second % 4 === 3
    const a = this.serve(load, null, this.process(), weather, all.filter(isA))
    const b = this.serve(
      load,
      injection,
      this.process(),
      weather,
      all.filter((second) => !isA(second)),
    )
    return { a, b }
  }

  private process(): number {
    return this.noise.run * this.normal()
  }

  private weather(seconds: number): Weather {
    const { second, wander, drift, residue } = this.noise
    const level = new Float64Array(seconds)
    const [fast, slow] = [Math.exp(-1), Math.exp(-1 / 20)]
    let quick = second * this.normal()
    let lasting = wander * this.normal()
    const slope = drift * this.normal()
    const cold = Math.abs(residue * this.normal())
    for (let t = 0; t < seconds; t++) {
      quick = fast * quick + Math.sqrt(1 - fast ** 2) * second * this.normal()
      lasting = slow * lasting + Math.sqrt(1 - slow ** 2) * wander * this.normal()
      level[t] = quick + lasting + slope * (t / seconds - 0.5) + cold * Math.exp(-t / 5)
    }
    const bursts = this.moments(this.burstRate, seconds).map((start) => ({
      start,
      end: start + 0.1 * 50 ** this.random.float(),
      factor: Math.log(1.2 + 2.8 * this.random.float() ** 2),
    }))
    const minor = this.moments(0.5, seconds).map((at) => ({ at, ms: 6 * (0.5 + this.random.float()) }))
    const major = this.moments(0.1, seconds).map((at) => ({ at, ms: 30 + 50 * this.random.float() }))
    return { level, bursts, pauses: [...minor, ...major] }
  }

  private serve(
    load: Load,
    injection: Injection | Stalls | null,
    process: number,
    weather: Weather,
    seconds: readonly number[],
  ): NoisyRun {
    const kinds = kindsOf(load)
    const count = load.requests ?? kinds.length
    const stops = injection?.part === 'stalls' ? makeStops(injection, seconds.at(-1)! + 1, this.random) : []
    const whole: Slice[] = seconds.map(() => ({ seconds: 1, requests: 0, failed: 0, latencies: [] }))
    const requests = Array.from({ length: count }, (_, index) => {
      const kind = kinds[index % kinds.length]!
      const name = index < kinds.length ? kind.name : `${kind.name} ${Math.floor(index / kinds.length) + 1}`
      const change = injection?.part !== 'stalls' && injection?.request === name ? injection : null
      const share = kind.share * (kinds.length / count)
      const waiting = stops.map((stop) => ({ ...stop, users: stop.users * share }))
      const table = tableOf(kind, change)
      const own = this.factor + (this.perRequest[index] ?? 0) + process
      const rate = load.perSecond * share
      const series = seconds.map((second, at): Slice => {
        const latencies = this.window(second, rate, table, own + weather.level[second]!, {
          ...weather,
          stops: waiting,
        })
        whole[at] = { ...whole[at]!, requests: whole[at]!.requests + latencies.count }
        return { seconds: 1, requests: latencies.count, failed: 0, latencies: [latencies] }
      })
      return { name, series }
    })
    return { requests, whole }
  }

  /** The latencies of one second. Half of a virtual user's time is think time, so slow seconds hold fewer. */
  private window(
    second: number,
    rate: number,
    table: Table,
    level: number,
    { bursts, pauses, stops: standstills }: Weather & { readonly stops: readonly Stop[] },
  ): FrozenHistogram {
    const here = bursts.filter(({ start, end }) => start < second + 1 && end > second)
    const stops = pauses.filter(({ at }) => at >= second && at < second + 1)
    const slowness = here.reduce(
      (sum, { start, end, factor }) =>
        sum + (Math.min(end, second + 1) - Math.max(start, second)) * Math.expm1(factor),
      Math.exp(level + table.slowness),
    )
    const still = standstillOf(standstills, second, this.random)
    const count = this.poisson(((still?.open ?? 1) * rate) / (0.5 + 0.5 * slowness))
    // Vitest looks an import up each time it is used.
    const [scale, lowest, perE, last] = [TABLE_SCALE, LOWEST, BINS_PER_E, BINS - 1]
    let low = last + 1
    let high = -1
    for (let i = 0; i < count; i++) {
      let value = table.logs[(this.random.uint32() * scale) | 0]! + level
      if (here.length > 0) {
        const at = second + this.random.float()
        for (const { start, end, factor } of here) if (at >= start && at < end) value += factor
      }
      for (const { ms } of stops) {
        const wait = this.random.float() * 1000
        if (wait < ms) value = Math.log(Math.exp(value) + wait)
      }
      if (still !== null) value = Math.log(Math.exp(value) + still.delayMs(i))
      const bin = Math.max(0, Math.min(last, ((value - lowest) * perE) | 0))
      counters[bin]! += 1
      if (bin < low) low = bin
      if (bin > high) high = bin
    }
    return new FrozenHistogram(writeCounts((put) => putBins(low, high, put)))
  }

  private moments(perSecond: number, seconds: number): number[] {
    const moments: number[] = []
    let at = -Math.log(1 - this.random.float()) / perSecond
    while (at < seconds) {
      moments.push(at)
      at -= Math.log(1 - this.random.float()) / perSecond
    }
    return moments
  }

  /** Poisson, by the normal distribution: counts here are in the dozens and above. */
  private poisson(expected: number): number {
    return Math.max(0, Math.round(expected + Math.sqrt(expected) * this.normal()))
  }

  private normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.random.float()))
    return radius * Math.cos(2 * Math.PI * this.random.float())
  }
}

/** Puts the counters of these bins into the slots of a histogram, each of which has one or more, and empties them. */
function putBins(low: number, high: number, put: (slot: number, count: number) => void): void {
  let slot = -1
  let count = 0
  for (let bin = low; bin <= high; bin++) {
    const here = counters[bin]!
    if (here === 0) continue
    counters[bin] = 0
    const next = BIN_SLOTS[bin]!
    if (next !== slot && count > 0) {
      put(slot, count)
      count = 0
    }
    slot = next
    count += here
  }
  if (count > 0) put(slot, count)
}
