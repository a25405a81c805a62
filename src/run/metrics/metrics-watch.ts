/**
 * Scrapes the metrics of a service during a load: once a second, from the start of the measured part.
 */
import { type Ms, now } from '../../base/clock.js'
import { printable } from '../../base/printable.js'
import { redact } from '../../base/secrets.js'
import { didYouMean } from '../../base/suggest.js'
import type { Plan } from '../../plan/plan.js'
import { describeSelector, type Selector } from '../../scenario/model/metric-expression.js'
import type { ObservedMetrics } from '../../scenario/model/observe.js'
import type { ReportedFigure } from '../../stats/frame.js'
import type { MetricsRecord } from '../../stats/target.js'
import { failedScrapes, type TargetFailure, type TargetFailureKind } from '../../stats/target-failures.js'
import {
  type MetricSecond,
  type MetricValues,
  rounded,
  summarizeMetrics,
} from '../../stats/target-metrics.js'
import { Formula, listSelectors, type SeriesReading, withGone } from './formula.js'
import { namesOn, PageError, SeriesReader } from './page.js'
import { makeQuote } from './quote.js'
import { failureOf, type Scrape, type ScrapeFailure, Scraper } from './scraper.js'

/** What scraping needs to know of the run. */
export interface ScrapeOptions {
  readonly plan: Plan
  /** Values that no message may show. */
  readonly secrets: readonly string[]
  /** When aborted, nothing more is scraped. */
  readonly kill: AbortSignal
}

const EVERY_MS = 1000

/** A last scrape so soon after the one before would make a second of its own. */
const REST_MS = 500

/** The scrape of the latest second may be under way; figures from before it are still the latest. */
const LAG_SECONDS = 2

/** A second with its figures, and the time that its rates cover, in ms since the start of the measured part. */
interface TimedSecond extends MetricSecond {
  readonly fromMs: Ms
  readonly toMs: Ms
}

/** Reads the metrics of a service while it is under load. */
export class MetricsWatch {
  private readonly metrics: ObservedMetrics
  private readonly scraper: Scraper
  private readonly options: ScrapeOptions
  private readonly quote: (text: string) => string
  private readonly selectors: readonly Selector[]
  private readonly reader: SeriesReader
  private readonly formulas: readonly { readonly name: string; readonly formula: Formula }[]
  private readonly seconds: TimedSecond[] = []
  private readonly seen = new Set<number>()
  private readonly failures = new Map<TargetFailureKind, { count: number; reason: string }>()
  private scrapes = 0
  private before: SeriesReading | null = null
  /** The last page that could be read. */
  private page: string | null = null
  private startMs = Number.POSITIVE_INFINITY
  private scrapedMs = Number.NEGATIVE_INFINITY
  /** The seconds that had ended at the latest scrape. */
  private ended = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private underWay: Promise<void> = Promise.resolve()
  private ending: Promise<void> | null = null

  private constructor(metrics: ObservedMetrics, scraper: Scraper, options: ScrapeOptions) {
    this.metrics = metrics
    this.scraper = scraper
    this.options = options
    this.quote = makeQuote(metrics.request, options.plan, options.secrets)
    this.selectors = listSelectors(metrics.take.map(({ expression }) => expression))
    this.reader = new SeriesReader(this.selectors)
    this.formulas = metrics.take.map(({ name, expression }) => ({
      name,
      formula: new Formula(expression, this.selectors),
    }))
  }

  /** Prepares the scrapes. A first one, whose figures aren't used, opens the connection meanwhile. */
  static async open(metrics: ObservedMetrics, options: ScrapeOptions): Promise<MetricsWatch> {
    const scraper = await Scraper.open(metrics.request, options.plan, options.kill)
    const watch = new MetricsWatch(metrics, scraper, options)
    watch.underWay = scraper.scrape().then(() => {})
    return watch
  }

  /** Scrapes once a second from now on; `aheadMs` before the measured part starts. */
  begin(aheadMs: Ms): void {
    this.startMs = now() + aheadMs
    this.wait(0)
  }

  /** The figures of the latest second; none before the first, nor once scrapes fail. */
  get latestFigures(): ReportedFigure[] {
    const { latest } = this
    const values = latest === null || latest.second < this.ended - LAG_SECONDS ? {} : latest.metrics
    return this.metrics.take.flatMap(({ name, unit }) =>
      Object.hasOwn(values, name) ? { name, value: values[name]!, ...(unit !== null && { unit }) } : [],
    )
  }

  private get latest(): TimedSecond | null {
    return this.seconds.at(-1) ?? null
  }

  /** Returns the figures so far, of the seconds that `isWanted` accepts. What is missing is known after the end. */
  record(isWanted: (second: TimedSecond) => boolean = () => true): MetricsRecord {
    const seconds = this.seconds.filter(isWanted).map(({ second, metrics }) => ({ second, metrics }))
    return { metrics: summarizeMetrics(this.metrics.take, seconds), seconds, failures: this.listFailures() }
  }

  /** Scrapes for the last time, and closes the connection. May be called repeatedly. */
  end(): Promise<void> {
    this.ending ??= this.finish()
    return this.ending
  }

  private async finish(): Promise<void> {
    clearTimeout(this.timer)
    const atMs = now()
    await this.underWay
    const elapsedMs = atMs - this.startMs
    // The load may have ended in the warm-up.
    const isRest = elapsedMs > 0 && (this.ended === 0 || atMs - this.scrapedMs > REST_MS)
    if (isRest && !this.options.kill.aborted)
      await this.scrape(Math.max(this.ended + 1, Math.round(elapsedMs / EVERY_MS)))
    await this.scraper.close()
  }

  /** Scrapes when so many seconds have ended. */
  private wait(ended: number): void {
    const atMs = this.startMs + ended * EVERY_MS
    this.timer = setTimeout(() => {
      this.underWay = this.underWay.then(() => this.scrape(ended))
      this.underWay.then(() => {
        if (this.ending !== null || this.options.kill.aborted) return
        this.wait(Math.max(ended + 1, Math.ceil((now() - this.startMs) / EVERY_MS)))
      })
    }, atMs - now()).unref()
  }

  private async scrape(ended: number): Promise<void> {
    this.scrapedMs = now()
    this.ended = ended
    const scrape = await this.scraper.scrape()
    // Cut off by perfctl itself.
    if (this.options.kill.aborted) return
    this.scrapes++
    const reading = this.read(scrape)
    if (reading === null) return
    const { before } = this
    this.before = withGone(reading, before)
    // What was read at the start of the measured part is only what rates are compared with.
    if (ended === 0) return
    const [fromMs, toMs] = [before ?? reading, reading].map(({ atMs }) => atMs - this.startMs) as [Ms, Ms]
    this.seconds.push({ second: ended - 1, metrics: this.calculate(reading, before), fromMs, toMs })
  }

  private read(scrape: Scrape): SeriesReading | null {
    if (!('text' in scrape)) return this.fail(scrape)
    const { text, at } = scrape
    try {
      const series = this.reader.read(text)
      for (const [index, { size }] of series.entries()) if (size > 0) this.seen.add(index)
      this.page = text
      return { atMs: at, series }
    } catch (error) {
      if (error instanceof PageError) return this.fail(failureOf(error))
      throw error
    }
  }

  private fail({ kind, reason, line = null }: ScrapeFailure): null {
    const count = (this.failures.get(kind)?.count ?? 0) + 1
    const shown = printable(redact(reason, this.options.secrets))
    this.failures.set(kind, { count, reason: line === null ? shown : `${shown}: ${this.quote(line)}` })
    return null
  }

  private calculate(reading: SeriesReading, before: SeriesReading | null): MetricValues {
    const values = this.formulas.flatMap(({ name, formula }) => {
      const value = formula.value(reading, before)
      return value === null ? [] : [[name, rounded(value)] as const]
    })
    return Object.fromEntries(values)
  }

  private listFailures(): TargetFailure[] {
    const failed = [...this.failures].sort(([, a], [, b]) => b.count - a.count)
    const count = failed.reduce((sum, [, each]) => sum + each.count, 0)
    const [most] = failed
    return [
      ...(most === undefined
        ? []
        : [failedScrapes(most[0], { failed: count, all: this.scrapes, reason: most[1].reason })]),
      ...(this.ending === null ? [] : this.listMissing()),
    ]
  }

  /** What no page had, with a name that is like it: most likely, it is misspelled. */
  private listMissing(): TargetFailure[] {
    const { page } = this
    if (page === null) return []
    return this.formulas.flatMap(({ name, formula }) => {
      const index = formula.uses.find((each) => !this.seen.has(each))
      if (index === undefined) return []
      const selector = this.selectors[index]!
      const names = namesOn(page)
      const hint = names.includes(selector.name) ? null : didYouMean(selector.name, names)
      const message = `no series matches ${describeSelector(selector)}, so metrics.${name} has no figure${hint === null ? '' : `; ${hint}`}`
      return [
        { kind: 'no_series', source: 'metrics', message: redact(printable(message), this.options.secrets) },
      ]
    })
  }
}
